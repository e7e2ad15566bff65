using System.Security.Cryptography;
using System.Text;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>A stored hash of a password: bcrypt, MD5 crypt, SHA-256 or SHA-512 crypt, or SHA-1 as <c>htpasswd -s</c> writes it. Any other text matches nothing.</summary>
internal sealed class PasswordHash
{
    private const string Sha1Mark = "{SHA}";
    private const string ApacheMark = "$apr1$";
    private const string Md5Mark = "$1$";

    // What a browser or a person may send at most; longer ones would make the slow hashes slower still.
    private const int MaxPasswordLength = 1024;

    private readonly string hash;
    private readonly Kind kind;

    public PasswordHash(string hash)
    {
        this.hash = hash;
        kind = hash switch
        {
            _ when hash.StartsWith(Sha1Mark, StringComparison.Ordinal) => Kind.Sha1,
            _ when hash.StartsWith(ApacheMark, StringComparison.Ordinal) => Kind.Apache,
            _ when hash.StartsWith(Md5Mark, StringComparison.Ordinal) => Kind.Md5,
            _ when ShaCrypt.For(hash) is not null => Kind.Sha,
            _ when hash.Length == 60 && (hash.StartsWith("$2a$", StringComparison.Ordinal) || hash.StartsWith("$2b$", StringComparison.Ordinal) || hash.StartsWith("$2y$", StringComparison.Ordinal)) => Kind.Bcrypt,
            _ => Kind.Unknown,
        };
    }

    private enum Kind
    {
        Unknown,
        Sha1,
        Apache,
        Md5,
        Sha,
        Bcrypt,
    }

    /// <summary>How much work a check is, roughly, in units of the least.</summary>
    public int Work => kind switch
    {
        Kind.Bcrypt => int.TryParse(hash.AsSpan(4, 2), out var cost) ? 20_000 << Math.Min(cost, 15) : 0,
        Kind.Sha => 10_000,
        Kind.Apache or Kind.Md5 => 1000,
        _ => 1,
    };

    /// <summary>Whether a check is so much work that its result is worth keeping.</summary>
    public bool IsSlow => kind > Kind.Sha1;

    /// <summary>The hash itself, as part of the key under which a result is kept.</summary>
    public string Text => hash;

    /// <summary>Whether the password has this hash, in a time that does not tell how much of it fits.</summary>
    public bool Verify(ReadOnlySpan<byte> password)
    {
        if (password.Length > MaxPasswordLength)
        {
            return false;
        }

        return kind switch
        {
            Kind.Sha1 => Same(Sha1Mark + Convert.ToBase64String(SHA1.HashData(password))),
            Kind.Apache => Same(Md5Crypt.Hash(password, ApacheMark, hash)),
            Kind.Md5 => Same(Md5Crypt.Hash(password, Md5Mark, hash)),
            Kind.Sha => Same(ShaCrypt.For(hash)!.Hash(password, hash)),
            Kind.Bcrypt => VerifyBcrypt(password),
            _ => false,
        };
    }

    private bool Same(string? computed)
        => computed is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(computed), Encoding.UTF8.GetBytes(hash));

    private bool VerifyBcrypt(ReadOnlySpan<byte> password)
    {
        try
        {
            return BCrypt.Net.BCrypt.Verify(Encoding.UTF8.GetString(password), hash);
        }
        catch (Exception fault) when (fault is BCrypt.Net.SaltParseException or ArgumentException or FormatException)
        {
            // A hash that is none matches nothing.
            return false;
        }
    }
}
