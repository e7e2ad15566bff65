using System.Security.Cryptography;
using System.Text;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>The MD5-based hash of FreeBSD's crypt, with the mark <c>$1$</c> or Apache's <c>$apr1$</c>: a thousand rounds over password and salt.</summary>
internal static class Md5Crypt
{
    private const int MaxSaltLength = 8;

    // The order in which the digest's bytes are written, three at a time.
    private static readonly int[] Order = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5];

    /// <summary>The hash of the password with the mark and salt of another hash.</summary>
    public static string Hash(ReadOnlySpan<byte> password, string mark, string hash)
    {
        var rest = hash.AsSpan(mark.Length);
        var end = rest.IndexOf('$');
        var saltText = end < 0 ? rest : rest[..end];
        saltText = saltText[..Math.Min(saltText.Length, MaxSaltLength)];
        var salt = Encoding.Latin1.GetBytes(saltText.ToString());

        var digest = First(password, Encoding.ASCII.GetBytes(mark), salt);
        for (var round = 0; round < 1000; round++)
        {
            digest = Round(round, password, salt, digest);
        }

        var text = new StringBuilder(mark, 40).Append(saltText).Append('$');
        for (var i = 0; i < Order.Length; i += 3)
        {
            CryptBase64.Append(text, digest[Order[i]], digest[Order[i + 1]], digest[Order[i + 2]], 4);
        }

        CryptBase64.Append(text, 0, 0, digest[11], 2);
        return text.ToString();
    }

    private static byte[] First(ReadOnlySpan<byte> password, byte[] mark, byte[] salt)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(password);
        md5.AppendData(salt);
        md5.AppendData(password);
        var alternate = md5.GetHashAndReset();

        md5.AppendData(password);
        md5.AppendData(mark);
        md5.AppendData(salt);
        for (var left = password.Length; left > 0; left -= 16)
        {
            md5.AppendData(alternate.AsSpan(0, Math.Min(left, 16)));
        }

        for (var bits = password.Length; bits > 0; bits >>= 1)
        {
            md5.AppendData((bits & 1) == 1 ? [0] : password[..1]);
        }

        return md5.GetHashAndReset();
    }

    private static byte[] Round(int round, ReadOnlySpan<byte> password, byte[] salt, byte[] digest)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var isOdd = (round & 1) == 1;
        md5.AppendData(isOdd ? password : digest);
        if (round % 3 != 0)
        {
            md5.AppendData(salt);
        }

        if (round % 7 != 0)
        {
            md5.AppendData(password);
        }

        md5.AppendData(isOdd ? digest : password);
        return md5.GetHashAndReset();
    }
}
