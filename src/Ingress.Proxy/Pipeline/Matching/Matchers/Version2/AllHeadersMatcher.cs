using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Matchers.Version2;

/// <summary><c>Headers(`Name`, `value`, …)</c> of the v2 syntax: every named header has a line with its value.</summary>
internal static class AllHeadersMatcher
{
    public static Matcher Build(IReadOnlyList<string> arguments) => BuildPairs(arguments, HeaderMatcher.Build);

    /// <summary>One matcher for each pair of arguments, all of which must hold.</summary>
    public static Matcher BuildPairs(IReadOnlyList<string> arguments, Func<IReadOnlyList<string>, Matcher> build)
    {
        if (arguments.Count % 2 != 0)
        {
            throw new ConfigurationException($"mux: number of parameters must be multiple of 2, got [{string.Join(' ', arguments.Select(ByteText.ToText))}]");
        }

        return new AllMatcher([.. arguments.Chunk(2).Select(build)]);
    }
}
