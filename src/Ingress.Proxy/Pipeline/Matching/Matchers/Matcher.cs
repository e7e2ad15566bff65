namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>A condition on requests, built once for each rule. It is asked on every request: it allocates nothing where it can be helped.</summary>
internal abstract class Matcher
{
    /// <summary>Whether the request meets the condition.</summary>
    public abstract bool Matches(RequestState state);

    /// <summary>What the host must be for the condition to hold, any of these; null where it may hold for any host. Only for the index: the condition is asked again.</summary>
    public virtual IReadOnlyList<HostAnchor>? Hosts => null;

    /// <summary>What the path must be for the condition to hold, any of these; null where it may hold for any path. Only for the index.</summary>
    public virtual IReadOnlyList<PathAnchor>? Paths => null;
}

/// <summary>A host that a rule asks for.</summary>
/// <param name="Text">In lower case: the whole host, or what follows its first label, with the dot.</param>
/// <param name="IsWildcard">Whether the first label may be any.</param>
internal readonly record struct HostAnchor(string Text, bool IsWildcard);

/// <summary>A path that a rule asks for.</summary>
/// <param name="Text">The path or its beginning.</param>
/// <param name="IsPrefix">Whether more may follow.</param>
internal readonly record struct PathAnchor(string Text, bool IsPrefix);
