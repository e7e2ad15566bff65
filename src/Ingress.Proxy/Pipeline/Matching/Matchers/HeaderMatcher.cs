using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Matching.Matchers;

/// <summary><c>Header(`Name`, `value`)</c>: one of the header's lines is exactly that value. Host is not a header here.</summary>
internal sealed class HeaderMatcher : Matcher
{
    private readonly string name;
    private readonly string bytes;
    private readonly string text;

    private HeaderMatcher(string name, string value)
    {
        this.name = name;
        bytes = value;
        text = ByteText.ToText(value);
    }

    public static Matcher Build(IReadOnlyList<string> arguments) => new HeaderMatcher(arguments[0], arguments[1]);

    public override bool Matches(RequestState state)
    {
        foreach (var value in ValuesOf(state, name))
        {
            if (value == text || value == bytes)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A header's lines; none for Host, which is no header to a rule.</summary>
    public static StringValues ValuesOf(RequestState state, string name)
        => name.Equals("Host", StringComparison.OrdinalIgnoreCase) ? StringValues.Empty : state.Context.Request.Headers[name];
}
