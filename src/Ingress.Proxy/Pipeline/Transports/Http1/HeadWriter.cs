using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>Writes the head of a request into pooled memory.</summary>
internal struct HeadWriter
{
    private const int UsualBytes = 2048;

    private static readonly SearchValues<char> NotInValues = SearchValues.Create("\r\n\0");

    private byte[] buffer;
    private int count;

    /// <summary>Begins an empty head.</summary>
    public static HeadWriter Begin() => new() { buffer = ArrayPool<byte>.Shared.Rent(UsualBytes) };

    /// <summary>What was written.</summary>
    public readonly ReadOnlyMemory<byte> Written => buffer.AsMemory(0, count);

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        count = 0;
    }

    /// <summary>Writes the first line.</summary>
    public void Line(string method, string target)
    {
        Text(method);
        Bytes(" "u8);
        if (target.AsSpan().IndexOfAnyInRange('\0', ' ') < 0)
        {
            Text(target);
        }
        else
        {
            Text(Escaped(target));
        }

        Bytes(" HTTP/1.1\r\n"u8);
    }

    /// <summary>Writes a header; one whose value could end the line is left out.</summary>
    public void Header(string name, string? value)
    {
        if (value is null || value.AsSpan().ContainsAny(NotInValues))
        {
            return;
        }

        Text(name);
        Bytes(": "u8);
        Text(value);
        Bytes("\r\n"u8);
    }

    /// <summary>Writes text, one byte a character.</summary>
    public void Text(string text)
    {
        Ensure(text.Length);
        count += Encoding.Latin1.GetBytes(text, buffer.AsSpan(count));
    }

    /// <summary>Writes bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(count));
        count += bytes.Length;
    }

    private void Ensure(int room)
    {
        if (buffer.Length - count >= room)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, count + room));
        buffer.AsSpan(0, count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static string Escaped(string target)
    {
        var text = new StringBuilder(target.Length + 16);
        foreach (var c in target)
        {
            if (c <= ' ')
            {
                text.Append('%').Append(((byte)c).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
