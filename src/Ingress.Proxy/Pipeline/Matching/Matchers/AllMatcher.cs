namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>Matchers joined by <c>&amp;&amp;</c>.</summary>
internal sealed class AllMatcher(Matcher[] children) : Matcher
{
    // Any child's anchors are necessary: the fewest are the most telling.
    public override IReadOnlyList<HostAnchor>? Hosts { get; } = Fewest(children, child => child.Hosts);

    public override IReadOnlyList<PathAnchor>? Paths { get; } = Fewest(children, child => child.Paths);

    public override bool Matches(RequestState state)
    {
        foreach (var child in children)
        {
            if (!child.Matches(state))
            {
                return false;
            }
        }

        return true;
    }

    private static IReadOnlyList<T>? Fewest<T>(Matcher[] children, Func<Matcher, IReadOnlyList<T>?> anchors)
        => children.Select(anchors).Where(list => list is not null).MinBy(list => list!.Count);
}
