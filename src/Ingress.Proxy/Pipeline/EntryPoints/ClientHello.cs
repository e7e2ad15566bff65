using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>What a TLS hello says that routing asks for.</summary>
/// <param name="ServerName">The server name, in lower case and without a dot at its end; empty without one.</param>
/// <param name="Protocols">The protocols offered (ALPN).</param>
internal sealed record ClientHello(string ServerName, IReadOnlyList<string> Protocols)
{
    // A hello with a post-quantum key is some 2 KiB; what is larger than Go's limit is none.
    private const int Largest = 65536;
    private const int RecordHeader = 5;
    private const int LargestRecord = 16384 + 256;
    // Real clients split a hello into two or three.
    private const int MostRecords = 32;
    private const byte HandshakeRecord = 0x16;
    private const byte HelloMessage = 1;
    private const ushort ServerNameExtension = 0;
    private const ushort ProtocolsExtension = 16;

    /// <summary>A hello that says nothing: what is assumed of one that cannot be read, so that TLS itself refuses it.</summary>
    public static ClientHello Silent { get; } = new("", []);

    /// <summary>
    /// Reads a hello from the start of the bytes, over as many records as it was split into. False while more bytes are needed; a hello that cannot be read is
    /// <see cref="Silent"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySequence<byte> bytes, out ClientHello hello)
    {
        hello = Silent;
        var length = Measure(bytes);
        if (length <= 0)
        {
            return length < 0;
        }

        var rented = ArrayPool<byte>.Shared.Rent(length + LargestRecord);
        try
        {
            Join(bytes, rented, length);
            hello = Parse(rented.AsSpan(4, length - 4)) ?? Silent;
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // The message's length with its header once all its records are there; 0 while they are not, and -1 where it is no hello. Nothing is copied as yet: a client
    // that sends byte by byte must not make every byte cost the whole hello.
    private static int Measure(ReadOnlySequence<byte> bytes)
    {
        Span<byte> start = stackalloc byte[4];
        var length = 0;
        for (var records = 0; records < MostRecords; records++)
        {
            if (!TryReadHeader(bytes, out var size))
            {
                return bytes.Length < RecordHeader ? 0 : -1;
            }

            var body = bytes.Slice(RecordHeader);
            if (length < start.Length)
            {
                var count = (int)Math.Min(Math.Min(size, body.Length), start.Length - length);
                body.Slice(0, count).CopyTo(start[length..]);
                if (length + count > 0 && start[0] != HelloMessage)
                {
                    return -1;
                }
            }

            if (body.Length < size)
            {
                return 0;
            }

            length += size;
            var needed = length < start.Length ? int.MaxValue : 4 + ((start[1] << 16) | (start[2] << 8) | start[3]);
            if (length >= start.Length && needed > Largest)
            {
                return -1;
            }

            if (length >= needed)
            {
                return needed;
            }

            bytes = body.Slice(size);
        }

        return -1;
    }

    private static bool TryReadHeader(ReadOnlySequence<byte> bytes, out int size)
    {
        size = 0;
        if (bytes.Length < RecordHeader)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[RecordHeader];
        bytes.Slice(0, RecordHeader).CopyTo(header);
        size = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
        return header[0] == HandshakeRecord && header[1] == 3 && size is > 0 and <= LargestRecord;
    }

    private static void Join(ReadOnlySequence<byte> bytes, byte[] message, int length)
    {
        for (var at = 0; at < length;)
        {
            TryReadHeader(bytes, out var size);
            bytes.Slice(RecordHeader, size).CopyTo(message.AsSpan(at));
            bytes = bytes.Slice(RecordHeader + size);
            at += size;
        }
    }

    private static ClientHello? Parse(ReadOnlySpan<byte> rest)
    {
        // Version and random, then three lists that do not matter here: session, cipher suites, compressions.
        if (!TrySkip(ref rest, 34) || !TryTake(ref rest, 1, out _) || !TryTake(ref rest, 2, out _) || !TryTake(ref rest, 1, out _))
        {
            return null;
        }

        if (rest.IsEmpty)
        {
            return Silent;
        }

        if (!TryTake(ref rest, 2, out var extensions))
        {
            return null;
        }

        var name = "";
        IReadOnlyList<string> protocols = [];
        while (extensions.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryTake(ref extensions, 2, out var extension))
            {
                return null;
            }

            if (type == ServerNameExtension)
            {
                name = NameIn(extension);
            }
            else if (type == ProtocolsExtension)
            {
                protocols = ProtocolsIn(extension);
            }
        }

        return new ClientHello(name, protocols);
    }

    private static string NameIn(ReadOnlySpan<byte> extension)
    {
        if (!TryTake(ref extension, 2, out var names))
        {
            return "";
        }

        while (names.Length > 3)
        {
            var isHost = names[0] == 0;
            names = names[1..];
            if (!TryTake(ref names, 2, out var name))
            {
                return "";
            }

            if (isHost)
            {
                var text = Encoding.Latin1.GetString(name).ToLowerInvariant();
                return text.EndsWith('.') ? text[..^1] : text;
            }
        }

        return "";
    }

    private static List<string> ProtocolsIn(ReadOnlySpan<byte> extension)
    {
        var protocols = new List<string>();
        if (TryTake(ref extension, 2, out var list))
        {
            while (TryTake(ref list, 1, out var protocol))
            {
                protocols.Add(Encoding.Latin1.GetString(protocol));
            }
        }

        return protocols;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (bytes.Length < count)
        {
            return false;
        }

        bytes = bytes[count..];
        return true;
    }

    // Takes a vector with its length in front, of one or two bytes.
    private static bool TryTake(ref ReadOnlySpan<byte> bytes, int lengthBytes, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (bytes.Length < lengthBytes)
        {
            return false;
        }

        var length = lengthBytes == 1 ? bytes[0] : BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length < lengthBytes + length)
        {
            return false;
        }

        vector = bytes.Slice(lengthBytes, length);
        bytes = bytes[(lengthBytes + length)..];
        return true;
    }
}
