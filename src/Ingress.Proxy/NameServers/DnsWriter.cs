using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ingress.Proxy.NameServers;

/// <summary>Writes the parts of a DNS message, without compression.</summary>
internal sealed class DnsWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new();

    public void Header(ushort id, ushort flags, ushort questions, ushort answers, ushort authorities, ushort additional)
    {
        Number16(id);
        Number16(flags);
        Number16(questions);
        Number16(answers);
        Number16(authorities);
        Number16(additional);
    }

    public void Name(string name)
    {
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            Counted(Encoding.ASCII.GetBytes(label));
        }

        Bytes([0]);
    }

    public void Record(string name, DnsType type, ushort @class, uint ttl, ReadOnlySpan<byte> data)
    {
        Name(name);
        Number16((ushort)type);
        Number16(@class);
        Number32(ttl);
        Number16((ushort)data.Length);
        Bytes(data);
    }

    /// <summary>A text of at most 255 bytes with its length in front.</summary>
    public void Counted(ReadOnlySpan<byte> text)
    {
        Bytes([checked((byte)text.Length)]);
        Bytes(text);
    }

    public void Number16(ushort number)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer.GetSpan(2), number);
        buffer.Advance(2);
    }

    public void Number32(uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(buffer.GetSpan(4), number);
        buffer.Advance(4);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();
}
