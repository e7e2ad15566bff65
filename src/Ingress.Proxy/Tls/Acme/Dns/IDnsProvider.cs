using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>Makes and removes the TXT records of DNS-01 challenges at one DNS provider. Calls come one at a time.</summary>
internal interface IDnsProvider
{
    /// <summary>How long a record may take to spread, and how often to look.</summary>
    ProviderTimes Times { get; }

    /// <summary>Whether the provider keeps a single value, so that two names cannot be proved at the same time. Default: false.</summary>
    bool OneAtATime => false;

    /// <exception cref="AcmeException">It did not work; the message names the provider and shows no secret.</exception>
    Task PresentAsync(TxtRecord record, CancellationToken cancellation);

    /// <exception cref="AcmeException">It did not work.</exception>
    Task CleanUpAsync(TxtRecord record, CancellationToken cancellation);
}

/// <summary>How long a record may take to spread, and how often to look.</summary>
internal sealed record ProviderTimes(TimeSpan Timeout, TimeSpan Interval);

/// <summary>The record that proves control of a name.</summary>
/// <param name="Domain">The name to prove, without asterisk.</param>
/// <param name="Name">Where the record goes, after following CNAMEs, with the final dot.</param>
/// <param name="Value">The text to put there.</param>
/// <param name="Token">The authority's token, for providers that make the value themselves.</param>
/// <param name="KeyAuthorization">The key authorization, for the same.</param>
internal sealed record TxtRecord(string Domain, string Name, string Value, string Token, string KeyAuthorization)
{
    /// <summary>The name without the final dot.</summary>
    public string BareName => Name.TrimEnd('.');

    /// <summary>The text in the quotes that zone files have round it.</summary>
    public string QuotedValue => "\"" + Value + "\"";

    /// <summary>The part of the name before the zone; empty at its top.</summary>
    public string LabelIn(string zone) => BareName.Length > zone.Length ? BareName[..^(zone.Length + 1)] : "";
}
