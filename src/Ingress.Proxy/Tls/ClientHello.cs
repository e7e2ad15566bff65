using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ingress.Proxy.Tls;

/// <summary>What a client says first in a TLS handshake, as far as a proxy decides by it.</summary>
/// <param name="ServerName">The server name in lower case without final dot; empty where there is none.</param>
/// <param name="Protocols">The application protocols that the client offers, in its order.</param>
internal sealed record ClientHello(string ServerName, IReadOnlyList<string> Protocols)
{
    private const byte Handshake = 22;
    private const byte Hello = 1;
    private const int RecordHeader = 5;
    private const int HandshakeHeader = 4;
    private const int ServerNameExtension = 0;
    private const int ProtocolsExtension = 16;

    // Go refuses longer ones as well.
    private const int LongestHello = 65_536;

    /// <summary>Reads the message from a connection's first bytes, over several records where the client splits it.</summary>
    /// <returns>The message; null where more bytes are needed.</returns>
    /// <exception cref="FormatException">The bytes are no such message.</exception>
    public static ClientHello? Read(in ReadOnlySequence<byte> bytes)
    {
        var all = bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray();
        var message = new ArrayBufferWriter<byte>();
        while (all.Length >= RecordHeader)
        {
            if (all[0] != Handshake || all[1] != 3)
            {
                throw new FormatException("not a TLS handshake record");
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(all[3..]);
            var there = Math.Min(length, all.Length - RecordHeader);
            message.Write(all.Slice(RecordHeader, there));
            if (Complete(message.WrittenSpan) is { } body)
            {
                return Parse(message.WrittenSpan.Slice(HandshakeHeader, body));
            }

            if (there < length)
            {
                break;
            }

            all = all[(RecordHeader + length)..];
        }

        return null;
    }

    /// <summary>The length of the message's body once all of it is there.</summary>
    private static int? Complete(ReadOnlySpan<byte> message)
    {
        if (message.Length < HandshakeHeader)
        {
            return null;
        }

        var length = (message[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if (message[0] != Hello || length > LongestHello)
        {
            throw new FormatException("not a ClientHello");
        }

        return message.Length >= HandshakeHeader + length ? length : null;
    }

    private static ClientHello Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var rest = body[34..];
            Take(ref rest, rest[0], 1);
            Take(ref rest, BinaryPrimitives.ReadUInt16BigEndian(rest), 2);
            Take(ref rest, rest[0], 1);
            var (name, protocols) = ("", (IReadOnlyList<string>)[]);
            if (rest.IsEmpty)
            {
                return new ClientHello(name, protocols);
            }

            var extensions = Take(ref rest, BinaryPrimitives.ReadUInt16BigEndian(rest), 2);
            while (!extensions.IsEmpty)
            {
                var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
                extensions = extensions[2..];
                var data = Take(ref extensions, BinaryPrimitives.ReadUInt16BigEndian(extensions), 2);
                switch (type)
                {
                    case ServerNameExtension:
                        name = ReadName(data);
                        break;
                    case ProtocolsExtension:
                        protocols = ReadProtocols(data);
                        break;
                }
            }

            return new ClientHello(name, protocols);
        }
        catch (Exception failure) when (failure is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new FormatException("the ClientHello is cut off", failure);
        }
    }

    private static string ReadName(ReadOnlySpan<byte> data)
    {
        var list = Take(ref data, BinaryPrimitives.ReadUInt16BigEndian(data), 2);
        while (!list.IsEmpty)
        {
            var type = list[0];
            list = list[1..];
            var name = Take(ref list, BinaryPrimitives.ReadUInt16BigEndian(list), 2);
            if (type == 0)
            {
                return Encoding.ASCII.GetString(name).TrimEnd('.').ToLowerInvariant();
            }
        }

        return "";
    }

    private static List<string> ReadProtocols(ReadOnlySpan<byte> data)
    {
        var list = Take(ref data, BinaryPrimitives.ReadUInt16BigEndian(data), 2);
        List<string> protocols = [];
        while (!list.IsEmpty)
        {
            protocols.Add(Encoding.Latin1.GetString(Take(ref list, list[0], 1)));
        }

        return protocols;
    }

    /// <summary>Takes a field of this length, after the bytes that told the length.</summary>
    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int length, int prefix)
    {
        var field = rest.Slice(prefix, length);
        rest = rest[(prefix + length)..];
        return field;
    }
}
