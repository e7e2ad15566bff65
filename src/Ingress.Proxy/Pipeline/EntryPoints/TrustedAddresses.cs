using System.Net;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Peers whose forwarded headers or PROXY headers are believed.</summary>
internal sealed class TrustedAddresses(bool insecure, IReadOnlyList<string> addresses)
{
    private readonly IpRanges? ranges = addresses.Count == 0 ? null : IpRanges.Parse(addresses);

    /// <summary>Whether this peer is believed.</summary>
    public bool Contains(IPAddress address) => insecure || (ranges is not null && ranges.Contains(address));
}
