using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>
/// Checks passwords against slow hashes without letting that take the machine: results are kept for a while, equal checks at the same time are one, and only a
/// few different ones run at once. What is kept never holds a password, only a keyed hash of it.
/// </summary>
internal sealed class PasswordVerifier : IDisposable
{
    private const int MaxKept = 4096;
    private const int MaxWaiting = 256;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    // Apart from each other, so that a flood of wrong passwords does not push the right ones out.
    private readonly MemoryCache accepted = new(new MemoryCacheOptions { SizeLimit = MaxKept });
    private readonly MemoryCache refused = new(new MemoryCacheOptions { SizeLimit = MaxKept });
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim slots = new(MostAtOnce);
    private int waiting;
    private int atWork;

    /// <summary>The one of this process: the limit holds for all middlewares together.</summary>
    public static PasswordVerifier Shared { get; } = new();

    /// <summary>How many different checks may be computed at once: half of the processors, so that a flood leaves the other half to the requests.</summary>
    public static int MostAtOnce => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Checks that were in fact computed, for tests.</summary>
    public int Computed { get; private set; }

    /// <summary>The most that were computed at once, for tests.</summary>
    public int Busiest { get; private set; }

    /// <summary>Whether the password has the hash; null where too many checks are waiting to say so.</summary>
    public async ValueTask<bool?> VerifyAsync(PasswordHash hash, byte[] password)
    {
        if (!hash.IsSlow)
        {
            return hash.Verify(password);
        }

        var id = IdOf(hash, password);
        if (accepted.TryGetValue(id, out _))
        {
            return true;
        }

        if (refused.TryGetValue(id, out _))
        {
            return false;
        }

        if (Volatile.Read(ref waiting) >= MaxWaiting)
        {
            return null;
        }

        var check = running.GetOrAdd(id, _ => new Lazy<Task<bool>>(() => ComputeAsync(id, hash, password)));
        return await check.Value.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        accepted.Dispose();
        refused.Dispose();
        slots.Dispose();
    }

    private async Task<bool> ComputeAsync(string id, PasswordHash hash, byte[] password)
    {
        Interlocked.Increment(ref waiting);
        try
        {
            await slots.WaitAsync().ConfigureAwait(false);
            try
            {
                // On a thread of its own, so that the one that reads from the network goes on.
                var isRight = await Task.Run(() => Compute(hash, password)).ConfigureAwait(false);
                var entry = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Lifetime };
                (isRight ? accepted : refused).Set(id, isRight, entry);
                return isRight;
            }
            finally
            {
                slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            running.TryRemove(id, out _);
        }
    }

    private bool Compute(PasswordHash hash, byte[] password)
    {
        var present = Interlocked.Increment(ref atWork);
        lock (slots)
        {
            Computed++;
            Busiest = Math.Max(Busiest, present);
        }

        var isRight = hash.Verify(password);
        Interlocked.Decrement(ref atWork);
        return isRight;
    }

    private string IdOf(PasswordHash hash, byte[] password)
    {
        Span<byte> hashBytes = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(hash.Text), hashBytes);
        byte[] text = [.. hashBytes, .. password];
        var id = HMACSHA256.HashData(key, text);
        CryptographicOperations.ZeroMemory(text);
        return Convert.ToBase64String(id);
    }
}
