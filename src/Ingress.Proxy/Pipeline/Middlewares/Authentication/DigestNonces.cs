using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>
/// Makes nonces and watches that each request counts on from the one before it. A nonce carries its time and a keyed hash, so nothing is kept for clients that
/// never answer; what is kept for those that do is bounded.
/// </summary>
internal sealed class DigestNonces(TimeProvider time)
{
    /// <summary>The most nonces in use that are kept.</summary>
    public const int MaxKept = 10_000;

    private const int Length = 40;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly Lock gate = new();
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, Use> uses = new(StringComparer.Ordinal);
    private long forgottenUntil;

    /// <summary>How a nonce was used.</summary>
    public enum Verdict
    {
        /// <summary>The count went on.</summary>
        Good,

        /// <summary>The nonce is not ours, or the count is that of the last request.</summary>
        Refused,

        /// <summary>The nonce is too old or the count went back: with a new nonce the client may try again.</summary>
        Stale,
    }

    /// <summary>The text that the client must send back unchanged.</summary>
    public string Opaque { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(12));

    /// <summary>A nonce for a challenge.</summary>
    public string Create()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.GetUtcNow().UtcTicks);
        RandomNumberGenerator.Fill(bytes.Slice(8, 16));
        Sign(bytes);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Notes a use whose response was right.</summary>
    public Verdict Count(string nonce, ulong count)
    {
        if (!TryReadTime(nonce, out var created))
        {
            return Verdict.Refused;
        }

        lock (gate)
        {
            if (uses.TryGetValue(nonce, out var use))
            {
                if (count <= use.Count)
                {
                    return count == use.Count ? Verdict.Refused : Verdict.Stale;
                }

                uses[nonce] = use with { Count = count };
                return Verdict.Good;
            }

            if (created <= forgottenUntil || time.GetUtcNow().UtcTicks - created > Lifetime.Ticks)
            {
                return Verdict.Stale;
            }

            if (uses.Count >= MaxKept)
            {
                Forget();
            }

            uses[nonce] = new Use(created, count);
            return Verdict.Good;
        }
    }

    // The older half goes; none of those, nor any older one, is good again, or it could be replayed.
    private void Forget()
    {
        var oldest = uses.OrderBy(use => use.Value.Created).Take(MaxKept / 2).ToList();
        forgottenUntil = oldest[^1].Value.Created;
        foreach (var (nonce, _) in oldest)
        {
            uses.Remove(nonce);
        }
    }

    private bool TryReadTime(string nonce, out long created)
    {
        created = 0;
        Span<byte> bytes = stackalloc byte[Length];
        if (!Convert.TryFromBase64String(nonce, bytes, out var length) || length != Length)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[Length];
        bytes.CopyTo(expected);
        Sign(expected);
        created = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return CryptographicOperations.FixedTimeEquals(bytes, expected);
    }

    private void Sign(Span<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, bytes[..24], hash);
        hash[..16].CopyTo(bytes[24..]);
    }

    private readonly record struct Use(long Created, ulong Count);
}
