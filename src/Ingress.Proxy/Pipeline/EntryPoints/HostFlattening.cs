using System.Net;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.NameServers;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Finds the name that a host's CNAME records lead to (<c>hostResolver</c>). Answers are kept for the first record's time to live.</summary>
internal sealed partial class HostFlattening(DnsLookup lookup, int depth, TimeProvider time, ILogger logger) : IDisposable
{
    // Clients choose the names that are asked for, so their number is bounded.
    private const int MostNames = 10_000;
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(5);

    // A name without a CNAME, or whose servers do not answer, is asked for again after this time.
    private static readonly TimeSpan WithoutAlias = TimeSpan.FromMinutes(1);

    private readonly MemoryCache names = new(new MemoryCacheOptions { SizeLimit = MostNames });

    /// <summary>As the options say, or null where they leave it off.</summary>
    public static HostFlattening? Of(HostResolverOptions? options, TimeProvider time, ILogger logger)
        => options is { CnameFlattening: true } ? new HostFlattening(new DnsLookup([], LookupTimeout, options.ResolvConfig), options.ResolvDepth, time, logger) : null;

    /// <summary>The name at the end of the host's CNAMEs, without final dot; the host itself where it has none.</summary>
    public ValueTask<string> FlattenAsync(string host)
    {
        if (host.Length == 0 || IPAddress.TryParse(host, out _))
        {
            return ValueTask.FromResult(host);
        }

        if (names.TryGetValue(host, out Alias? known) && time.GetUtcNow() < known!.Until)
        {
            return new ValueTask<string>(known.Name);
        }

        // Requests that come while the answer is under way wait for the same one.
        var asked = new Alias();
        asked.Name = FollowAsync(host, asked);
        names.Set(host, asked, new MemoryCacheEntryOptions { Size = 1 });
        return new ValueTask<string>(asked.Name);
    }

    /// <inheritdoc/>
    public void Dispose() => names.Dispose();

    private async Task<string> FollowAsync(string host, Alias asked)
    {
        var (name, lifetime) = (host, WithoutAlias);
        try
        {
            for (var step = 0; step < depth; step++)
            {
                var answer = await lookup.AskAsync(DnsLookup.Dotted(name), DnsType.CName, CancellationToken.None).ConfigureAwait(false);
                if (RecordIn(answer) is not { } record)
                {
                    break;
                }

                name = record.Text.TrimEnd('.');
                lifetime = step == 0 ? TimeSpan.FromSeconds(record.Ttl) : lifetime;
            }
        }
        catch (DnsException failure)
        {
            LogFailed(logger, host, failure.Message);
        }

        asked.Until = time.GetUtcNow() + lifetime;
        return name;
    }

    private static DnsRecord? RecordIn(DnsMessage answer)
    {
        foreach (var record in answer.Answers)
        {
            if (record.Type == DnsType.CName)
            {
                return record;
            }
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The CNAME of host {HostName} could not be looked up, so rules see the host as sent: {Reason}")]
    private static partial void LogFailed(ILogger logger, string hostName, string reason);

    private sealed class Alias
    {
        public Task<string> Name { get; set; } = Task.FromResult("");

        public DateTimeOffset Until { get; set; } = DateTimeOffset.MaxValue;
    }
}
