using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Ingress.Proxy.NameServers;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Dns;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Challenges;

/// <summary>DNS-01: the proof is a TXT record at <c>_acme-challenge</c>, made through a DNS provider. The only challenge for wildcards.</summary>
internal sealed partial class Dns01Challenge : IChallenge, IDisposable
{
    private readonly AcmeDnsChallengeOptions options;
    private readonly ProviderSetup setup;
    private readonly Propagation propagation;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, TxtRecord> records = new(StringComparer.Ordinal);

    // Most providers replace a whole record set, so that two changes at the same time would lose one.
    private readonly SemaphoreSlim changing = new(1);
    private readonly SemaphoreSlim single = new(1);
    private IDnsProvider? provider;

    public Dns01Challenge(AcmeDnsChallengeOptions options, ProviderSetup setup, ILogger logger)
    {
        (this.options, this.setup, this.logger) = (options, setup, logger);
        propagation = new Propagation(options, setup.Lookup, setup.Time);
    }

    public string Type => "dns-01";

    public bool OneAtATime => Provider().OneAtATime;

    public async Task PresentAsync(ChallengeSubject subject, CancellationToken cancellation)
    {
        var provider = Provider();
        if (provider.OneAtATime)
        {
            await single.WaitAsync(cancellation);
        }

        TxtRecord record;
        try
        {
            records[subject.Token] = record = await RecordAsync(subject, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Without a record there is nothing to clean up, which is what would release the turn.
            Release(provider);
            throw;
        }

        await ChangeAsync(() => provider.PresentAsync(record, cancellation), cancellation);
        LogPresented(logger, record.Name, options.Provider);
    }

    public Task SettleAsync(ChallengeSubject subject, CancellationToken cancellation) =>
        propagation.AwaitAsync(records[subject.Token], Provider().Times, cancellation);

    public async Task CleanUpAsync(ChallengeSubject subject, CancellationToken cancellation)
    {
        if (!records.TryRemove(subject.Token, out var record))
        {
            return;
        }

        try
        {
            await ChangeAsync(() => Provider().CleanUpAsync(record, cancellation), cancellation);
        }
        finally
        {
            Release(Provider());
        }
    }

    public void Dispose()
    {
        changing.Dispose();
        single.Dispose();
    }

    private void Release(IDnsProvider provider)
    {
        if (provider.OneAtATime)
        {
            single.Release();
        }
    }

    private async Task<TxtRecord> RecordAsync(ChallengeSubject subject, CancellationToken cancellation)
    {
        var name = DnsLookup.Dotted("_acme-challenge." + subject.Name);
        var value = Base64Url.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(subject.KeyAuthorization)));
        if (setup.Read("LEGO_DISABLE_CNAME_SUPPORT") is not ("true" or "1"))
        {
            try
            {
                name = await setup.Lookup.FollowAsync(name, cancellation);
            }
            catch (DnsException failure)
            {
                LogNotFollowed(logger, name, failure.Message);
            }
        }

        return new TxtRecord(subject.Name, name, value, subject.Token, subject.KeyAuthorization);
    }

    /// <summary>Made when it is first needed: a missing credential is the problem of one certificate, not of the start.</summary>
    private IDnsProvider Provider() => provider ??= DnsProviderCatalog.Create(options.Provider, setup);

    private async Task ChangeAsync(Func<Task> change, CancellationToken cancellation)
    {
        await changing.WaitAsync(cancellation);
        try
        {
            await change();
        }
        catch (DnsException failure)
        {
            throw new AcmeException(failure.Message, failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or NullReferenceException or KeyNotFoundException or IOException)
        {
            throw new AcmeException($"{options.Provider}: the answer has another form than expected ({failure.GetType().Name})", failure);
        }
        finally
        {
            changing.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Made the TXT record {Name} through {Provider}")]
    private static partial void LogPresented(ILogger logger, string name, string provider);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Not looked for a CNAME at {Name}: {Reason}")]
    private static partial void LogNotFollowed(ILogger logger, string name, string reason);
}
