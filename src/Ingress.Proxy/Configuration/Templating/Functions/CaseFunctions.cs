using System.Text;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions that change the case of texts and the way words are put together.</summary>
internal static class CaseFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .Add("upper", 1, a => a.Text(0).ToUpperInvariant())
        .Add("lower", 1, a => a.Text(0).ToLowerInvariant())
        .Add("title", 1, a => WordStarts(a.Text(0), char.ToUpperInvariant))
        .Add("untitle", 1, a => WordStarts(a.Text(0), char.ToLowerInvariant, onlySpaces: true))
        .Add("swapcase", 1, a => string.Concat(a.Text(0).Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))))
        .Add("snakecase", 1, a => Separated(a.Text(0), '_'))
        .Add("kebabcase", 1, a => Separated(a.Text(0), '-'))
        .Add("camelcase", 1, a => Camel(a.Text(0)));

    private static string WordStarts(string text, Func<char, char> change, bool onlySpaces = false)
    {
        var output = new StringBuilder(text.Length);
        var previous = ' ';
        foreach (var c in text)
        {
            var starts = onlySpaces ? char.IsWhiteSpace(previous) : previous < 0x80 ? !char.IsAsciiLetterOrDigit(previous) && previous != '_' : char.IsWhiteSpace(previous);
            output.Append(starts ? change(c) : c);
            previous = c;
        }

        return output.ToString();
    }

    /// <summary>Lower-case words with a separator in place of spaces, hyphens and underscores, and before a new capital.</summary>
    private static string Separated(string text, char separator)
    {
        var output = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (IsConnector(c))
            {
                output.Append(separator);
                continue;
            }

            if (char.IsUpper(c) && i > 0)
            {
                var previous = text[i - 1];
                var endsAcronym = char.IsUpper(previous) && i + 1 < text.Length && char.IsLower(text[i + 1]);
                if (char.IsLower(previous) || char.IsDigit(previous) || endsAcronym)
                {
                    output.Append(separator);
                }
            }

            output.Append(char.ToLowerInvariant(c));
        }

        return output.ToString();
    }

    /// <summary>Words put together, each but the first with a capital; connectors at the ends stay.</summary>
    private static string Camel(string text)
    {
        var start = text.TakeWhile(IsConnector).Count();
        var end = text.Length - text[start..].Reverse().TakeWhile(IsConnector).Count();
        var words = Separated(text[start..end], '_').Split('_', StringSplitOptions.RemoveEmptyEntries);
        var output = new StringBuilder(text[..start]);
        for (var i = 0; i < words.Length; i++)
        {
            output.Append(i == 0 ? words[i] : char.ToUpperInvariant(words[i][0]) + words[i][1..]);
        }

        return output.Append(text.AsSpan(end)).ToString();
    }

    private static bool IsConnector(char c) => c is ' ' or '-' or '_';
}
