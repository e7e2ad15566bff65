using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>ClientIP(`range`)</c>: the peer's address is that, or in that range. Forwarded headers do not count.</summary>
internal sealed class ClientIpMatcher(IpRanges ranges) : Matcher
{
    public static Matcher Build(IReadOnlyList<string> arguments) => Build(arguments, "initializing IP checker for ClientIP matcher");

    public override bool Matches(RequestState state) => ranges.Contains(state.PeerAddress);

    /// <summary>Builds one for several ranges; faults begin with the given words.</summary>
    public static Matcher Build(IReadOnlyList<string> arguments, string fault) => new ClientIpMatcher(Ranges(arguments, fault));

    /// <summary>Reads the ranges of a rule.</summary>
    public static IpRanges Ranges(IReadOnlyList<string> arguments, string fault)
    {
        try
        {
            return IpRanges.Parse([.. arguments.Select(ByteText.ToText)]);
        }
        catch (ConfigurationException inner)
        {
            throw new ConfigurationException($"{fault}: {inner.Message}", inner);
        }
    }
}
