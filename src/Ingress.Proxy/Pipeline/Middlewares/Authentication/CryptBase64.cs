using System.Text;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>The alphabet in which crypt(3) writes hashes: six bits a character, the lowest first.</summary>
internal static class CryptBase64
{
    private const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Writes three bytes as so many characters.</summary>
    public static void Append(StringBuilder text, byte high, byte middle, byte low, int characters)
    {
        var bits = (high << 16) | (middle << 8) | low;
        for (; characters > 0; characters--)
        {
            text.Append(Alphabet[bits & 0x3f]);
            bits >>= 6;
        }
    }
}
