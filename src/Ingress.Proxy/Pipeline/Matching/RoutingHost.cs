namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>The host as rules see it.</summary>
internal static class RoutingHost
{
    /// <summary>A Host header without its port and brackets, without blanks around, in lower case. The same instance where nothing changes.</summary>
    public static string Of(string hostHeader)
    {
        var host = WithoutPort(hostHeader.AsSpan()).Trim();
        if (host.ContainsAnyInRange('A', 'Z'))
        {
            return string.Create(host.Length, host, static (lower, host) => host.ToLowerInvariant(lower));
        }

        return host.Length == hostHeader.Length ? hostHeader : host.ToString();
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        if (colon < 0)
        {
            return host;
        }

        if (host[0] != '[')
        {
            // A bare IPv6 address, or nonsense, is taken whole.
            return host.IndexOf(':') == colon && host.IndexOfAny('[', ']') < 0 ? host[..colon] : host;
        }

        var end = host.IndexOf(']');
        var isWhole = end == host.Length - 1 || end + 1 == colon;
        return end > 0 && isWhole && host[1..].IndexOf('[') < 0 && host[(end + 1)..].IndexOf(']') < 0 ? host[1..end] : host;
    }
}
