namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>Matchers joined by <c>||</c>.</summary>
internal sealed class AnyMatcher(Matcher[] children) : Matcher
{
    public override IReadOnlyList<HostAnchor>? Hosts { get; } = Union(children, child => child.Hosts);

    public override IReadOnlyList<PathAnchor>? Paths { get; } = Union(children, child => child.Paths);

    public override bool Matches(RequestState state)
    {
        foreach (var child in children)
        {
            if (child.Matches(state))
            {
                return true;
            }
        }

        return false;
    }

    private static IReadOnlyList<T>? Union<T>(Matcher[] children, Func<Matcher, IReadOnlyList<T>?> anchors)
    {
        var union = new HashSet<T>();
        foreach (var child in children)
        {
            if (anchors(child) is not { } list)
            {
                return null;
            }

            union.UnionWith(list);
        }

        return [.. union];
    }
}
