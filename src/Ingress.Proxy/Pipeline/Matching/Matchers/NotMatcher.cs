namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>A matcher behind <c>!</c>.</summary>
internal sealed class NotMatcher(Matcher inner) : Matcher
{
    public override bool Matches(RequestState state) => !inner.Matches(state);
}
