using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>
/// The keys of session tickets (RFC 5077, RFC 8446 section 4.6.1), usually one set for the process, so that a reload or a renewed certificate costs no client its
/// session. A new key comes every half day; tickets of the one before are still taken. Who may resume what is decided by the session's context
/// (<see cref="TlsContext"/>), not by the key.
/// </summary>
internal sealed unsafe class TicketKeys
{
    /// <summary>How long a key makes tickets, and how long it takes them after that.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const int NameLength = 16;
    private const int CipherKeyLength = 32;
    private const int MacKeyLength = 32;
    private const int Refused = 0;
    private const int Taken = 1;
    private const int TakenAndRenewed = 2;
    private const int Failed = -1;
    private const uint Text = 4;
    private const uint Octets = 5;
    private static readonly nint Cipher = LibSsl.EVP_CIPHER_fetch(0, "AES-256-CBC", 0);
    private readonly TimeProvider time;
    private readonly Lock rotation = new();
    private volatile Pair keys;

    public TicketKeys(TimeProvider time)
    {
        this.time = time;
        keys = new Pair(NewKey(), null, time.GetTimestamp());
    }

    /// <summary>The keys of this process.</summary>
    public static TicketKeys Shared { get; } = new(TimeProvider.System);

    /// <summary>What OpenSSL calls for each ticket that it makes or is shown. The keys are its context's own data (<see cref="LibSsl.OwnData"/>), as a handle.</summary>
    public static delegate* unmanaged<nint, byte*, byte*, nint, nint, int, int> Callback => &OnTicket;

    [UnmanagedCallersOnly]
    private static int OnTicket(nint connection, byte* name, byte* vector, nint cipher, nint mac, int isNew)
    {
        var keys = (TicketKeys)GCHandle.FromIntPtr(LibSsl.SSL_CTX_get_ex_data(LibSsl.SSL_get_SSL_CTX(connection), LibSsl.OwnData)).Target!;
        return isNew != 0 ? keys.Encrypt(name, vector, cipher, mac) : keys.Decrypt(name, vector, cipher, mac);
    }

    private int Encrypt(byte* name, byte* vector, nint cipher, nint mac)
    {
        var key = Keys().Current;
        key.AsSpan(0, NameLength).CopyTo(new Span<byte>(name, NameLength));
        fixed (byte* bytes = key)
        {
            return LibSsl.RAND_bytes(vector, NameLength) == 1
                && LibSsl.EVP_EncryptInit_ex(cipher, Cipher, 0, bytes + NameLength, vector) == 1
                && SetMacKey(mac, bytes) ? Taken : Failed;
        }
    }

    private int Decrypt(byte* name, byte* vector, nint cipher, nint mac)
    {
        var pair = Keys();
        var sent = new ReadOnlySpan<byte>(name, NameLength);
        var isCurrent = sent.SequenceEqual(pair.Current.AsSpan(0, NameLength));
        var key = isCurrent ? pair.Current : pair.Before is { } before && sent.SequenceEqual(before.AsSpan(0, NameLength)) ? before : null;
        if (key is null)
        {
            return Refused;
        }

        fixed (byte* bytes = key)
        {
            return LibSsl.EVP_DecryptInit_ex(cipher, Cipher, 0, bytes + NameLength, vector) != 1 || !SetMacKey(mac, bytes) ? Failed : isCurrent ? Taken : TakenAndRenewed;
        }
    }

    private static bool SetMacKey(nint mac, byte* key)
    {
        fixed (byte* keyName = "key\0"u8, digestName = "digest\0"u8, digest = "SHA256\0"u8)
        {
            var parameters = stackalloc LibSsl.Parameter[3];
            parameters[0] = new LibSsl.Parameter { Name = keyName, Type = Octets, Data = key + NameLength + CipherKeyLength, Size = MacKeyLength, Returned = nuint.MaxValue };
            parameters[1] = new LibSsl.Parameter { Name = digestName, Type = Text, Data = digest, Size = 6, Returned = nuint.MaxValue };
            parameters[2] = default;
            return LibSsl.EVP_MAC_CTX_set_params(mac, parameters) == 1;
        }
    }

    private Pair Keys()
    {
        var pair = keys;
        if (time.GetElapsedTime(pair.Since) < Life)
        {
            return pair;
        }

        lock (rotation)
        {
            if (ReferenceEquals(pair, keys))
            {
                // After a long silence the key before is too old as well.
                var isFresh = time.GetElapsedTime(pair.Since) < 2 * Life;
                keys = new Pair(NewKey(), isFresh ? pair.Current : null, time.GetTimestamp());
            }

            return keys;
        }
    }

    private static byte[] NewKey() => RandomNumberGenerator.GetBytes(NameLength + CipherKeyLength + MacKeyLength);

    private sealed record Pair(byte[] Current, byte[]? Before, long Since);
}
