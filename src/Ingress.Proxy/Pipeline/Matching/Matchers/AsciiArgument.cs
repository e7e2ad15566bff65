using System.Text;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary>Checks arguments that are compared with host names, which are ASCII on the wire.</summary>
internal static class AsciiArgument
{
    public static string Check(string argument, string matcher)
        => Ascii.IsValid(argument)
            ? argument
            : throw new ConfigurationException($"invalid value \"{ByteText.ToText(argument)}\" for {matcher} matcher, non-ASCII characters are not allowed");
}
