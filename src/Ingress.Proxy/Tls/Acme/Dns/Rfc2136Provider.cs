using System.Security.Cryptography;
using System.Text;
using Ingress.Proxy.NameServers;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Any name server that takes dynamic updates (RFC 2136), signed with a shared key (TSIG, RFC 8945) where one is set.</summary>
internal sealed class Rfc2136Provider : IDnsProvider
{
    private const ushort OpcodeUpdate = 5 << 11;
    private const ushort Fudge = 300;

    private readonly ProviderEnvironment environment;
    private readonly ProviderSetup setup;
    private readonly DnsLookup server;
    private readonly string nameServer;
    private readonly string? keyName;
    private readonly byte[] secret = [];
    private readonly string algorithm;
    private readonly uint ttl;

    public Rfc2136Provider(ProviderEnvironment environment, ProviderSetup setup)
    {
        (this.environment, this.setup) = (environment, setup);
        nameServer = environment.Require("RFC2136_NAMESERVER");
        server = new DnsLookup([nameServer], environment.Seconds("RFC2136_DNS_TIMEOUT", 10));
        ttl = (uint)environment.Number("RFC2136_TTL", 120);
        Times = environment.Times("RFC2136");
        var (key, secret, algorithm) = TsigFile.Read(environment, environment.Find("RFC2136_TSIG_FILE"));
        keyName = key ?? environment.Find("RFC2136_TSIG_KEY");
        secret ??= environment.FindSecret("RFC2136_TSIG_SECRET");
        this.algorithm = DnsLookup.Dotted(algorithm ?? environment.Find("RFC2136_TSIG_ALGORITHM") ?? "hmac-sha1");
        if (keyName is not null)
        {
            keyName = DnsLookup.Dotted(keyName);
            this.secret = Secret(secret ?? throw environment.Missing("RFC2136_TSIG_SECRET"));
            _ = Hash([]);
        }
    }

    public ProviderTimes Times { get; }

    public Task PresentAsync(TxtRecord record, CancellationToken cancellation) => UpdateAsync(record, DnsMessage.ClassIn, ttl, cancellation);

    /// <summary>Class NONE takes out this one value and leaves others of the same name.</summary>
    public Task CleanUpAsync(TxtRecord record, CancellationToken cancellation) => UpdateAsync(record, DnsMessage.ClassNone, 0, cancellation);

    private async Task UpdateAsync(TxtRecord record, ushort @class, uint ttl, CancellationToken cancellation)
    {
        var zone = await server.FindZoneAsync(record.Name, cancellation);
        var data = new DnsWriter();
        data.Counted(Encoding.ASCII.GetBytes(record.Value));
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue);
        var answer = await server.ExchangeAsync(nameServer, Build(id, zone, record, @class, ttl, data.ToArray()), $"{environment.Provider}: update of {record.Name}", cancellation);
        if (answer.ResponseCode != 0)
        {
            throw environment.Error($"{nameServer} refused the update of {record.Name}: {Words(answer.ResponseCode)}");
        }
    }

    private byte[] Build(ushort id, string zone, TxtRecord record, ushort @class, uint ttl, byte[] data)
    {
        byte[] Message(ushort additional, ReadOnlySpan<byte> signature)
        {
            var message = new DnsWriter();
            message.Header(id, OpcodeUpdate, 1, 0, 1, additional);
            message.Name(zone);
            message.Number16((ushort)DnsType.Soa);
            message.Number16(DnsMessage.ClassIn);
            message.Record(record.Name, DnsType.Txt, @class, ttl, data);
            message.Bytes(signature);
            return message.ToArray();
        }

        return keyName is null ? Message(0, []) : Message(1, Signature(id, Message(0, [])));
    }

    /// <summary>The TSIG record over a message (RFC 8945, section 4.3).</summary>
    private byte[] Signature(ushort id, byte[] message)
    {
        var seconds = setup.Time.GetUtcNow().ToUnixTimeSeconds();
        var signed = new DnsWriter();
        signed.Bytes(message);
        signed.Name(keyName!);
        signed.Number16(DnsMessage.ClassAny);
        signed.Number32(0);
        signed.Name(algorithm);
        Time(signed, seconds);
        signed.Number16(0);
        signed.Number16(0);
        var mac = Hash(signed.ToArray());

        var data = new DnsWriter();
        data.Name(algorithm);
        Time(data, seconds);
        data.Number16((ushort)mac.Length);
        data.Bytes(mac);
        data.Number16(id);
        data.Number16(0);
        data.Number16(0);
        var record = new DnsWriter();
        record.Record(keyName!, DnsType.Tsig, DnsMessage.ClassAny, 0, data.ToArray());
        return record.ToArray();
    }

    private static void Time(DnsWriter writer, long seconds)
    {
        writer.Number16((ushort)(seconds >> 32));
        writer.Number32((uint)seconds);
        writer.Number16(Fudge);
    }

    private byte[] Hash(byte[] data) => algorithm switch
    {
        "hmac-sha1." => HMACSHA1.HashData(secret, data),
        "hmac-sha256." => HMACSHA256.HashData(secret, data),
        "hmac-sha384." => HMACSHA384.HashData(secret, data),
        "hmac-sha512." => HMACSHA512.HashData(secret, data),
        "hmac-md5.sig-alg.reg.int." => HMACMD5.HashData(secret, data),
        _ => throw environment.Error($"RFC2136_TSIG_ALGORITHM: {algorithm} is not supported; use hmac-sha1., hmac-sha256., hmac-sha384. or hmac-sha512."),
    };

    private byte[] Secret(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw environment.Error("RFC2136_TSIG_SECRET is not base64 text");
        }
    }

    private static string Words(int code) => code switch
    {
        1 => "FORMERR (1)",
        2 => "SERVFAIL (2)",
        4 => "NOTIMP (4): it takes no updates",
        5 => "REFUSED (5): its policy does not allow this key to change the name",
        9 => "NOTAUTH (9): wrong key, secret, algorithm or clock, or not the master of the zone",
        10 => "NOTZONE (10)",
        _ => $"code {code}",
    };
}
