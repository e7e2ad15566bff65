using System.Buffers.Binary;
using System.Text;

namespace Ingress.Proxy.NameServers;

/// <summary>The types of DNS records that are used here.</summary>
internal enum DnsType : ushort
{
    None = 0,
    A = 1,
    NS = 2,
    CName = 5,
    Soa = 6,
    Txt = 16,
    Aaaa = 28,
    Tsig = 250,
    Any = 255,
}

/// <summary>A DNS record; for names the data is the name as text, for TXT its texts joined, else it is the raw data in <paramref name="Data"/>.</summary>
internal sealed record DnsRecord(string Name, DnsType Type, ushort Class, uint Ttl, string Text, byte[] Data);

/// <summary>A DNS message (RFC 1035) as far as questions, answers and updates need it.</summary>
internal sealed record DnsMessage(ushort Id, ushort Flags, IReadOnlyList<(string Name, DnsType Type)> Questions, IReadOnlyList<DnsRecord> Answers, IReadOnlyList<DnsRecord> Authorities)
{
    public const ushort ClassIn = 1;
    public const ushort ClassNone = 254;
    public const ushort ClassAny = 255;
    public const ushort RecursionDesired = 0x0100;
    public const ushort Truncated = 0x0200;

    private const int HeaderLength = 12;
    private const int MostPointers = 32;

    public int ResponseCode => Flags & 0xF;

    public bool IsTruncated => (Flags & Truncated) != 0;

    public static byte[] Query(ushort id, string name, DnsType type, bool recursive)
    {
        var message = new DnsWriter();
        message.Header(id, recursive ? RecursionDesired : (ushort)0, 1, 0, 0, 0);
        message.Name(name);
        message.Number16((ushort)type);
        message.Number16(ClassIn);
        return message.ToArray();
    }

    /// <exception cref="FormatException">The bytes are not a DNS message.</exception>
    public static DnsMessage Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var (questions, answers, authorities) = (Count(bytes, 4), Count(bytes, 6), Count(bytes, 8));
            var position = HeaderLength;
            List<(string Name, DnsType Type)> asked = [];
            for (var i = 0; i < questions; i++)
            {
                var name = ReadName(bytes, ref position);
                asked.Add((name, (DnsType)BinaryPrimitives.ReadUInt16BigEndian(bytes[position..])));
                position += 4;
            }

            var answer = ReadRecords(bytes, ref position, answers);
            var authority = ReadRecords(bytes, ref position, authorities);
            return new DnsMessage(Count(bytes, 0), Count(bytes, 2), asked, answer, authority);
        }
        catch (Exception failure) when (failure is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new FormatException("the DNS message is cut off", failure);
        }
    }

    private static ushort Count(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);

    private static List<DnsRecord> ReadRecords(ReadOnlySpan<byte> bytes, ref int position, int count)
    {
        List<DnsRecord> records = [];
        for (var i = 0; i < count; i++)
        {
            var name = ReadName(bytes, ref position);
            var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(bytes[position..]);
            var @class = BinaryPrimitives.ReadUInt16BigEndian(bytes[(position + 2)..]);
            var ttl = BinaryPrimitives.ReadUInt32BigEndian(bytes[(position + 4)..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(position + 8)..]);
            position += 10;
            var data = bytes.Slice(position, length);
            var inner = position;
            var text = type switch
            {
                DnsType.NS or DnsType.CName or DnsType.Soa => ReadName(bytes, ref inner),
                DnsType.Txt => ReadTexts(data),
                _ => "",
            };
            records.Add(new DnsRecord(name, type, @class, ttl, text, data.ToArray()));
            position += length;
        }

        return records;
    }

    private static string ReadTexts(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        while (!data.IsEmpty)
        {
            var length = data[0];
            text.Append(Encoding.Latin1.GetString(data.Slice(1, length)));
            data = data[(1 + length)..];
        }

        return text.ToString();
    }

    /// <summary>Reads a name with its final dot, lower case, following compression pointers.</summary>
    private static string ReadName(ReadOnlySpan<byte> bytes, ref int position)
    {
        var name = new StringBuilder();
        var end = -1;
        var at = position;
        for (var pointers = 0; bytes[at] != 0;)
        {
            if ((bytes[at] & 0xC0) == 0xC0)
            {
                if (++pointers > MostPointers)
                {
                    throw new FormatException("the DNS message has a circle of names");
                }

                end = end < 0 ? at + 2 : end;
                at = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) & 0x3FFF;
                continue;
            }

            name.Append(Encoding.Latin1.GetString(bytes.Slice(at + 1, bytes[at]))).Append('.');
            at += 1 + bytes[at];
        }

        position = end < 0 ? at + 1 : end;
        return name.Length == 0 ? "." : name.ToString().ToLowerInvariant();
    }
}
