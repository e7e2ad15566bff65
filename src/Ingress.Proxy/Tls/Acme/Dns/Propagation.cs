using Ingress.Proxy.NameServers;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Waits until the name servers show a record, so that the authority does not look too early.</summary>
internal sealed class Propagation(AcmeDnsChallengeOptions options, DnsLookup lookup, TimeProvider time)
{
    private readonly AcmeDnsPropagationOptions propagation = options.Propagation ?? new AcmeDnsPropagationOptions();

    public async Task AwaitAsync(TxtRecord record, ProviderTimes times, CancellationToken cancellation)
    {
        var delay = propagation.DelayBeforeChecks.Nanoseconds > 0 ? propagation.DelayBeforeChecks : options.DelayBeforeCheck;
        await Task.Delay(delay.ToTimeSpan(), time, cancellation);
        if (propagation.DisableChecks || options.DisablePropagationCheck)
        {
            return;
        }

        var end = time.GetUtcNow() + times.Timeout;
        while (await MissingAtAsync(record, cancellation) is { } missing)
        {
            if (time.GetUtcNow() >= end)
            {
                throw new AcmeException(
                    $"time limit exceeded: {missing} [fqdn: {record.Name}, value: {record.Value}]. If the record is there in truth, look at dnsChallenge.resolvers and dnsChallenge.propagation");
            }

            await Task.Delay(times.Interval, time, cancellation);
        }
    }

    /// <summary>Who does not show the record yet, in words; null when all do.</summary>
    private async Task<string?> MissingAtAsync(TxtRecord record, CancellationToken cancellation)
    {
        try
        {
            if (propagation.RequireAllRNS || propagation.DisableANSChecks)
            {
                var servers = propagation.RequireAllRNS ? lookup.Servers : [.. lookup.Servers.Take(1)];
                if (await MissingAtAsync(servers, record, recursive: true, cancellation) is { } missing)
                {
                    return missing;
                }
            }

            if (propagation.DisableANSChecks)
            {
                return null;
            }

            var zone = await lookup.FindZoneAsync(record.Name, cancellation);
            return await MissingAtAsync(await lookup.AuthoritativeServersAsync(zone, cancellation), record, recursive: false, cancellation);
        }
        catch (DnsException failure)
        {
            return failure.Message;
        }
    }

    private async Task<string?> MissingAtAsync(IReadOnlyList<string> servers, TxtRecord record, bool recursive, CancellationToken cancellation)
    {
        foreach (var server in servers)
        {
            if (!(await lookup.TextsAsync(server, record.Name, recursive, cancellation)).Contains(record.Value))
            {
                return $"name server {server} does not show the expected TXT record yet";
            }
        }

        return null;
    }
}
