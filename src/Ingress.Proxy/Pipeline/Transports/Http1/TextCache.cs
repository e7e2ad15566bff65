using System.Text;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>Texts that come again and again, such as header names, so that each need not be made anew. It holds a fixed number; the latest takes the place.</summary>
internal static class TextCache
{
    private const int Places = 2048;
    private const int Longest = 64;

    private static readonly string?[] Texts = new string?[Places];

    /// <summary>The bytes as text, one character a byte.</summary>
    public static string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > Longest)
        {
            return bytes.IsEmpty ? "" : Encoding.Latin1.GetString(bytes);
        }

        var place = Hash(bytes) % Places;
        var text = Volatile.Read(ref Texts[place]);
        if (text is not null && text.Length == bytes.Length && Matches(bytes, text))
        {
            return text;
        }

        text = Encoding.Latin1.GetString(bytes);
        Volatile.Write(ref Texts[place], text);
        return text;
    }

    private static bool Matches(ReadOnlySpan<byte> bytes, string text) => Ascii.Equals(bytes, text);

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (uint)bytes.Length;
        foreach (var b in bytes)
        {
            hash = (hash * 31) + b;
        }

        return hash ^ (hash >> 15);
    }
}
