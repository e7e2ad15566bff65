using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Transports;
using StackExchange.Redis;

namespace Ingress.Proxy.Pipeline.Middlewares.RateLimiting;

/// <summary>Token buckets in Redis, in the form in which Traefik keeps them, so that both may run side by side.</summary>
internal sealed class RedisBuckets : IAsyncDisposable
{
    // Times are microseconds, the rate is tokens a microsecond. The wait comes back as text, because Redis cuts numbers to whole ones.
    private const string Script = """
        local rate, burst, idle, now, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
        local kept = redis.call('HMGET', KEYS[1], 'last', 'tokens')
        local last, tokens = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
        tokens = math.min(burst, tokens + rate * (now - math.min(last, now))) - 1
        local wait = 0
        if tokens < 0 then
          wait = -tokens / rate
          if wait > longest then
            tokens = math.min(burst, tokens + 1)
          end
        end
        redis.call('HSET', KEYS[1], 'last', ARGV[4], 'tokens', tostring(tokens))
        redis.call('EXPIRE', KEYS[1], idle)
        return string.format('%.3f', wait)
        """;

    private readonly ConfigurationOptions configuration;
    private readonly Lock gate = new();
    private Task<ConnectionMultiplexer>? connection;

    /// <summary>For that server; it connects at the first request.</summary>
    public RedisBuckets(RateLimitRedisOptions options)
    {
        configuration = new ConfigurationOptions
        {
            User = options.Username.Length == 0 ? null : options.Username,
            Password = options.Password.Length == 0 ? null : options.Password,
            DefaultDatabase = options.Database,
            ConnectTimeout = Milliseconds(options.DialTimeout, 5000),
            AsyncTimeout = Math.Max(Milliseconds(options.ReadTimeout, 3000), Milliseconds(options.WriteTimeout, 3000)),
            AbortOnConnectFail = false,
            ConnectRetry = 1,
            BacklogPolicy = BacklogPolicy.FailFast,
            ClientName = "ingress",
        };
        foreach (var endpoint in options.Endpoints)
        {
            configuration.EndPoints.Add(endpoint);
        }

        if (options.Tls is { } tls)
        {
            SecureWith(tls);
        }
    }

    /// <summary>Takes a token from the bucket of that key: zero where there was one, else how long until it is there.</summary>
    public async ValueTask<GoDuration> TakeAsync(string key, TokenBucket bucket, DateTimeOffset now)
    {
        var server = await ConnectAsync().ConfigureAwait(false);
        var microseconds = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var wait = await server.GetDatabase().ScriptEvaluateAsync(
            Script,
            [key],
            [
                (bucket.Rate / 1_000_000).ToString("R", CultureInfo.InvariantCulture),
                bucket.Burst,
                bucket.Idle,
                microseconds,
                bucket.LongestWait.Nanoseconds / 1000,
            ]).ConfigureAwait(false);
        return new GoDuration((long)(double.Parse(wait.ToString(), CultureInfo.InvariantCulture) * 1000));
    }

    /// <summary>Ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (connection is { } started)
        {
            try
            {
                await (await started.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (RedisException)
            {
                // It never came to be, so there is nothing to end.
            }
        }
    }

    private static int Milliseconds(GoDuration? duration, int fallback)
        => duration is { Nanoseconds: > 0 } given ? (int)Math.Min(int.MaxValue, given.Nanoseconds / 1_000_000) : fallback;

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        lock (gate)
        {
            return connection is null or { IsFaulted: true } ? connection = ConnectionMultiplexer.ConnectAsync(configuration) : connection;
        }
    }

    private void SecureWith(ClientTlsOptions tls)
    {
        configuration.Ssl = true;
        if (tls.Cert.Length > 0)
        {
            var certificate = PemFiles.TryReadPair(tls.Cert, tls.Key, out var pair, out _, out var fault) ? pair : throw new ConfigurationException("redis: " + fault);
            configuration.CertificateSelection += (_, _, _, _, _) => certificate;
        }

        var authorities = new X509Certificate2Collection();
        if (tls.Ca.Length > 0)
        {
            authorities.ImportFromPem(PemFiles.Read(tls.Ca));
        }

        configuration.CertificateValidation += (_, certificate, _, errors) => tls.InsecureSkipVerify || IsTrusted(certificate, errors, authorities);
    }

    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || authorities.Count == 0 || certificate is not X509Certificate2 shown)
        {
            return errors == SslPolicyErrors.None;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }
}
