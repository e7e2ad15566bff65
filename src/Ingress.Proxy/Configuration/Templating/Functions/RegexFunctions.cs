using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions on regular expressions.</summary>
internal static class RegexFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .Add("regexQuoteMeta", 1, a => GoRegex.Quote(a.Text(0)))
        .Add("regexMatch", 2, a => Matches(a.Text(0), a.Text(1)))
        .Add("mustRegexMatch", 2, a => Compile(a.Text(0)).IsMatch(a.Text(1)))
        .AddWithMust("regexFind", 2, a => Compile(a.Text(0)).FirstMatch(a.Text(1))?.Value ?? "")
        .AddWithMust("regexFindAll", 3, a => Compile(a.Text(0)).Matches(a.Text(1), Limit(a.Count32(2))).Select(match => match.Value).ToArray())
        .AddWithMust("regexReplaceAll", 3, a => Compile(a.Text(0)).ReplaceAll(a.Text(1), a.Text(2)))
        .AddWithMust("regexReplaceAllLiteral", 3, a => Compile(a.Text(0)).ReplaceAllLiteral(a.Text(1), a.Text(2)))
        .AddWithMust("regexSplit", 3, a => Split(Compile(a.Text(0)), a.Text(1), a.Count32(2)));

    private static bool Matches(string pattern, string text)
    {
        try
        {
            return GoRegex.Compile(pattern).IsMatch(text);
        }
        catch (GoRegexException)
        {
            // This one function answers a wrong expression with no match.
            return false;
        }
    }

    private static GoRegex Compile(string pattern)
    {
        try
        {
            return GoRegex.Compile(pattern);
        }
        catch (GoRegexException exception)
        {
            throw new TemplateFault(exception.Message);
        }
    }

    private static int Limit(int count) => count < 0 ? int.MaxValue : count;

    private static string[] Split(GoRegex regex, string text, int count)
    {
        if (count == 0)
        {
            return [];
        }

        if (regex.Pattern.Length > 0 && text.Length == 0)
        {
            return [""];
        }

        var parts = new List<string>();
        var (start, end) = (0, 0);
        foreach (var match in regex.Matches(text, Limit(count)))
        {
            if (count > 0 && parts.Count == count - 1)
            {
                break;
            }

            end = match.Index;
            if (match.Index + match.Length != 0)
            {
                parts.Add(text[start..end]);
            }

            start = match.Index + match.Length;
        }

        if (end != text.Length)
        {
            parts.Add(text[start..]);
        }

        return [.. parts];
    }
}
