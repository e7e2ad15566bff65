using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.Acme.Storage;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>What a resolver works with; some of it is shared with other resolvers.</summary>
internal sealed record ResolverParts
{
    /// <summary>So many refusals in a row, then the authority's test instance is asked first.</summary>
    public const int RefusalsBeforeRehearsal = 2;

    /// <summary>How often the authority is asked when to renew, unless it says otherwise.</summary>
    public static readonly TimeSpan SuggestionEvery = TimeSpan.FromHours(6);

    public required AcmeStorage Storage { get; init; }

    public required AttemptLog Attempts { get; init; }

    /// <summary>The challenges that are set up, the preferred first.</summary>
    public required IReadOnlyList<IChallenge> Challenges { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The TLS-ALPN-01 challenge, where it is set up.</summary>
    public TlsAlpn01Challenge? TlsAlpn { get; init; }

    /// <summary>The look at names before their first order; null where the authority is a local one.</summary>
    public Preflight? Preflight { get; init; }

    /// <summary>The authority's test instance; null where there is none.</summary>
    public OrderDesk? Rehearsal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>How long after the start, or after an order, the authority is first asked when to renew. Starts stay silent, and are spread.</summary>
    public Func<TimeSpan> FirstSuggestion { get; init; } = () => TimeSpan.FromMinutes(10 + (50 * Random.Shared.NextDouble()));
}
