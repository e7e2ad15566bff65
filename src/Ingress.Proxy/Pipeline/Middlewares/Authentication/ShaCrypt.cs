using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>SHA-256 and SHA-512 crypt, marks <c>$5$</c> and <c>$6$</c>, by https://www.akkadia.org/drepper/SHA-crypt.txt; the step numbers are that text's.</summary>
internal sealed class ShaCrypt
{
    /// <summary>The most rounds taken from a hash in the configuration: about a second of work.</summary>
    public const int MaxRounds = 1_000_000;

    private const int MinRounds = 1000;
    private const int DefaultRounds = 5000;
    private const int MaxSaltLength = 16;
    private const string RoundsPrefix = "rounds=";

    private static readonly ShaCrypt Sha256 = new("$5$", HashAlgorithmName.SHA256, [0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19, 29], (31, 30, 3));

    private static readonly ShaCrypt Sha512 = new("$6$", HashAlgorithmName.SHA512, [0, 21, 42, 22, 43, 1, 44, 2, 23, 3, 24, 45, 25, 46, 4, 47, 5, 26, 6, 27, 48, 28, 49, 7, 50, 8, 29, 9, 30, 51, 31, 52, 10, 53, 11, 32, 12, 33, 54, 34, 55, 13, 56, 14, 35, 15, 36, 57, 37, 58, 16, 59, 17, 38, 18, 39, 60, 40, 61, 19, 62, 20, 41], (-1, 63, 2));

    private readonly string mark;
    private readonly HashAlgorithmName algorithm;
    private readonly int[] order;
    private readonly (int Middle, int Low, int Characters) last;

    private ShaCrypt(string mark, HashAlgorithmName algorithm, int[] order, (int Middle, int Low, int Characters) last)
        => (this.mark, this.algorithm, this.order, this.last) = (mark, algorithm, order, last);

    /// <summary>The kind of a hash by its mark, or null.</summary>
    public static ShaCrypt? For(string hash) => hash.StartsWith(Sha256.mark, StringComparison.Ordinal) ? Sha256 : hash.StartsWith(Sha512.mark, StringComparison.Ordinal) ? Sha512 : null;

    /// <summary>The hash of the password with the rounds and salt of another hash; null where its number of rounds is not usable.</summary>
    public string? Hash(ReadOnlySpan<byte> password, string hash)
    {
        var rest = hash.AsSpan(mark.Length);
        var rounds = DefaultRounds;
        var tellsRounds = rest.StartsWith(RoundsPrefix, StringComparison.Ordinal);
        if (tellsRounds)
        {
            var dollar = rest.IndexOf('$');
            if (dollar < 0 || !int.TryParse(rest[RoundsPrefix.Length..dollar], NumberStyles.None, CultureInfo.InvariantCulture, out rounds) || rounds > MaxRounds)
            {
                return null;
            }

            rounds = Math.Max(rounds, MinRounds);
            rest = rest[(dollar + 1)..];
        }

        var end = rest.IndexOf('$');
        var saltText = end < 0 ? rest : rest[..end];
        saltText = saltText[..Math.Min(saltText.Length, MaxSaltLength)];
        var digest = Digest(password, Encoding.Latin1.GetBytes(saltText.ToString()), rounds);

        var text = new StringBuilder(mark, 128);
        if (tellsRounds)
        {
            text.Append(RoundsPrefix).Append(rounds.ToString(CultureInfo.InvariantCulture)).Append('$');
        }

        text.Append(saltText).Append('$');
        for (var i = 0; i < order.Length; i += 3)
        {
            CryptBase64.Append(text, digest[order[i]], digest[order[i + 1]], digest[order[i + 2]], 4);
        }

        CryptBase64.Append(text, 0, last.Middle < 0 ? (byte)0 : digest[last.Middle], digest[last.Low], last.Characters);
        return text.ToString();
    }

    private byte[] Digest(ReadOnlySpan<byte> password, byte[] salt, int rounds)
    {
        using var sha = IncrementalHash.CreateHash(algorithm);
        var a = Start(sha, password, salt);

        // Steps 13 to 16: a digest of the password repeated as often as it is long, as long as the password.
        for (var i = 0; i < password.Length; i++)
        {
            sha.AppendData(password);
        }

        var p = Stretch(sha.GetHashAndReset(), password.Length);

        // Steps 17 to 20: the same for the salt, as often as the first byte of A says.
        for (var i = 0; i < 16 + a[0]; i++)
        {
            sha.AppendData(salt);
        }

        var s = Stretch(sha.GetHashAndReset(), salt.Length);

        // Step 21.
        for (var round = 0; round < rounds; round++)
        {
            var isOdd = (round & 1) == 1;
            sha.AppendData(isOdd ? p : a);
            if (round % 3 != 0)
            {
                sha.AppendData(s);
            }

            if (round % 7 != 0)
            {
                sha.AppendData(p);
            }

            sha.AppendData(isOdd ? a : p);
            a = sha.GetHashAndReset();
        }

        return a;
    }

    // Steps 1 to 12.
    private static byte[] Start(IncrementalHash sha, ReadOnlySpan<byte> password, byte[] salt)
    {
        sha.AppendData(password);
        sha.AppendData(salt);
        sha.AppendData(password);
        var b = sha.GetHashAndReset();

        sha.AppendData(password);
        sha.AppendData(salt);
        for (var left = password.Length; left > 0; left -= b.Length)
        {
            sha.AppendData(b.AsSpan(0, Math.Min(left, b.Length)));
        }

        for (var bits = password.Length; bits > 0; bits >>= 1)
        {
            sha.AppendData((bits & 1) == 1 ? b : password);
        }

        return sha.GetHashAndReset();
    }

    private static byte[] Stretch(byte[] digest, int length)
    {
        var stretched = new byte[length];
        for (var i = 0; i < length; i++)
        {
            stretched[i] = digest[i % digest.Length];
        }

        return stretched;
    }
}
