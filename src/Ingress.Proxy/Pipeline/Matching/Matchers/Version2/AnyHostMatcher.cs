namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>Host(`name`, …)</c> of the v2 syntax, also called <c>HostHeader</c>: the host is one of the names; a star means nothing here.</summary>
internal sealed class AnyHostMatcher : Matcher
{
    private readonly (string Host, string WithoutDot)[] hosts;

    private AnyHostMatcher(string[] hosts)
    {
        this.hosts = [.. hosts.Select(host => (host, HostMatcher.WithoutDot(host).ToString()))];
        Hosts = [.. this.hosts.SelectMany(host => new[] { host.Host, host.WithoutDot }).Distinct().Select(host => new HostAnchor(host, IsWildcard: false))];
    }

    public override IReadOnlyList<HostAnchor>? Hosts { get; }

    public static Matcher Build(IReadOnlyList<string> arguments)
        => new AnyHostMatcher([.. arguments.Select(argument => AsciiArgument.Check(argument, "\"Host\"").ToLowerInvariant())]);

    public override bool Matches(RequestState state)
    {
        var sent = state.RoutingHost;
        if (sent.Length == 0)
        {
            return false;
        }

        var flattened = state.FlattenedHost;
        foreach (var (host, withoutDot) in hosts)
        {
            if (sent == host
                || (flattened.Length > 0 ? flattened.Equals(host, StringComparison.OrdinalIgnoreCase) : HostMatcher.EqualsButForDot(sent, host, withoutDot)))
            {
                return true;
            }
        }

        return false;
    }
}
