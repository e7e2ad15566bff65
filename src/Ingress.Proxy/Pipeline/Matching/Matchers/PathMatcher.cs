using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>Path(`/path`)</c>: the routing path is exactly that.</summary>
internal sealed class PathMatcher(string path) : Matcher
{
    public override IReadOnlyList<PathAnchor>? Paths { get; } = [new PathAnchor(path, IsPrefix: false)];

    public static Matcher Build(IReadOnlyList<string> arguments) => new PathMatcher(Check(arguments[0]));

    public override bool Matches(RequestState state) => state.RoutingPath == path;

    /// <summary>The path, if it begins with a slash.</summary>
    public static string Check(string path)
        => path[0] == '/' ? path : throw new ConfigurationException($"path \"{ByteText.ToText(path)}\" does not start with a '/'");
}
