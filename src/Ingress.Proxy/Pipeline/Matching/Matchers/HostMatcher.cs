namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>Host(`name`)</c>: the host is that name, or <c>*.name</c> with one label in place of the star, or any where the argument is <c>*</c>.</summary>
internal sealed class HostMatcher : Matcher
{
    private readonly string host;
    private readonly string withoutDot;
    private readonly string? afterLabel;

    private HostMatcher(string host)
    {
        this.host = host;
        withoutDot = WithoutDot(host.AsSpan()).ToString();
        if (host.StartsWith("*.", StringComparison.Ordinal))
        {
            afterLabel = withoutDot[1..];
            Hosts = [new HostAnchor(afterLabel, IsWildcard: true)];
        }
        else
        {
            Hosts = withoutDot == host ? [new HostAnchor(host, IsWildcard: false)] : [new HostAnchor(host, IsWildcard: false), new HostAnchor(withoutDot, IsWildcard: false)];
        }
    }

    public override IReadOnlyList<HostAnchor>? Hosts { get; }

    public static Matcher Build(IReadOnlyList<string> arguments)
    {
        var host = AsciiArgument.Check(arguments[0], "Host").ToLowerInvariant();
        return host == "*" ? new EveryHostMatcher() : new HostMatcher(host);
    }

    public override bool Matches(RequestState state)
    {
        var sent = state.RoutingHost;
        if (sent.Length == 0)
        {
            return false;
        }

        if (sent == host)
        {
            return true;
        }

        // With CNAME flattening a name leads to another, which has no dot at its end to tolerate.
        if (state.FlattenedHost.Length > 0)
        {
            return IsOneOf(sent) || state.FlattenedHost.Equals(host, StringComparison.OrdinalIgnoreCase) || IsOneOf(state.FlattenedHost);
        }

        return afterLabel is null ? EqualsButForDot(sent, host, withoutDot) : IsOneOf(sent);
    }

    /// <summary>Whether two names are equal but for one dot at the end of either.</summary>
    public static bool EqualsButForDot(string sent, string host, string hostWithoutDot)
        => sent == hostWithoutDot || (sent[^1] == '.' && sent.AsSpan(0, sent.Length - 1).SequenceEqual(host));

    public static ReadOnlySpan<char> WithoutDot(ReadOnlySpan<char> host) => host.Length > 0 && host[^1] == '.' ? host[..^1] : host;

    /// <summary>What follows the first label, with the dot; empty for a single label.</summary>
    public static ReadOnlySpan<char> AfterLabel(ReadOnlySpan<char> host)
    {
        var name = WithoutDot(host);
        var dot = name.IndexOf('.');
        return dot < 0 ? default : name[dot..];
    }

    private bool IsOneOf(string sent) => afterLabel is not null && AfterLabel(sent).SequenceEqual(afterLabel);

    private sealed class EveryHostMatcher : Matcher
    {
        public override bool Matches(RequestState state) => true;
    }
}
