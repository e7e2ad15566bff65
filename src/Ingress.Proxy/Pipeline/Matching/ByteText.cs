using System.Text;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>
/// Text of one byte a character, as requests are held: what a client sends need not be UTF-8, and Go compares bytes. ASCII is the same in both forms and is
/// passed through as it is.
/// </summary>
internal static class ByteText
{
    /// <summary>The UTF-8 bytes of a text, one character each.</summary>
    public static string Of(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The text whose UTF-8 bytes these are; bytes that are none become replacement characters.</summary>
    public static string ToText(string bytes) => Ascii.IsValid(bytes) ? bytes : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
