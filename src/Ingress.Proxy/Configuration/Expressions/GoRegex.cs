using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>
/// A regular expression with the language and the meaning of Go (RE2), which is what Traefik's options are written in. Matching takes time linear in the
/// input: the .NET engine without backtracking does the work, on a pattern rewritten for it.
/// </summary>
public sealed class GoRegex
{
    private const int CacheSize = 4096;
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly ConcurrentDictionary<string, GoRegex> Cache = new(StringComparer.Ordinal);

    // Only \b in a text beyond ASCII needs look-around, hence the backtracking engine; the bound keeps a hostile text from costing more.
    private static readonly TimeSpan BacktrackingTimeout = TimeSpan.FromMilliseconds(100);

    private readonly LiteralPattern? literal;
    private readonly Regex narrow;
    private readonly Lazy<Regex> wide;
    private readonly bool hasBoundary;

    private GoRegex(string pattern)
    {
        Pattern = pattern;
        var (node, names) = GoRegexParser.Parse(pattern);
        GroupNames = names;
        literal = LiteralPattern.From(node);
        hasBoundary = HasBoundary(node);
        narrow = Build(pattern, RegexEmitter.Emit(node, pairs: false, asciiBoundaries: false), Linear, Regex.InfiniteMatchTimeout);
        wide = new Lazy<Regex>(() => hasBoundary
            ? Build(pattern, RegexEmitter.Emit(node, pairs: true, asciiBoundaries: true), RegexOptions.CultureInvariant, BacktrackingTimeout)
            : Build(pattern, RegexEmitter.Emit(node, pairs: true, asciiBoundaries: false), Linear, Regex.InfiniteMatchTimeout));
    }

    /// <summary>The expression as it was written.</summary>
    public string Pattern { get; }

    /// <summary>The names of the groups by number, empty for those without; number 0 is the whole match.</summary>
    public IReadOnlyList<string> GroupNames { get; }

    /// <summary>The compiled expression, from a bounded cache where it was asked for before.</summary>
    /// <exception cref="GoRegexException">The pattern is not valid in Go; the message has Go's words and names the part at fault.</exception>
    public static GoRegex Compile(string pattern)
    {
        if (Cache.TryGetValue(pattern, out var known))
        {
            return known;
        }

        var regex = new GoRegex(pattern);
        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        return Cache.GetOrAdd(pattern, regex);
    }

    /// <summary>The text with everything escaped that has a meaning in an expression.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (@"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal))
            {
                quoted.Append('\\');
            }

            quoted.Append(c);
        }

        return quoted.ToString();
    }

    /// <summary>Whether the expression matches anywhere in the text.</summary>
    public bool IsMatch(ReadOnlySpan<char> input)
    {
        if (literal is not null)
        {
            return literal.IsMatch(input);
        }

        try
        {
            return EngineFor(input).IsMatch(input);
        }
        catch (RegexMatchTimeoutException)
        {
            // What cannot be decided in time is taken as no match, so that it opens no way in.
            return false;
        }
    }

    /// <summary>Whether the expression matches anywhere in the text.</summary>
    public bool IsMatch(string input) => IsMatch(input.AsSpan());

    /// <summary>The leftmost match, or null.</summary>
    public GoMatch? FirstMatch(string input) => MatchAt(EngineFor(input), input, 0);

    /// <summary>All matches from left to right that do not overlap; an empty match right after another does not count.</summary>
    public IReadOnlyList<GoMatch> Matches(string input, int limit = int.MaxValue)
    {
        var engine = EngineFor(input);
        var matches = new List<GoMatch>();
        var at = 0;
        var lastEnd = -1;
        while (at <= input.Length && matches.Count < limit && MatchAt(engine, input, at) is { } match)
        {
            var end = match.Index + match.Length;
            if (match.Length > 0 || match.Index != lastEnd)
            {
                matches.Add(match);
            }

            lastEnd = end;
            at = end > at ? end : at + (at + 1 < input.Length && char.IsSurrogatePair(input[at], input[at + 1]) ? 2 : 1);
        }

        return matches;
    }

    /// <summary>The text with every match replaced, as Go's <c>ReplaceAllString</c> does: <c>$1</c>, <c>${1}</c> and <c>${name}</c> are groups.</summary>
    public string ReplaceAll(string input, string goTemplate)
    {
        var template = goTemplate.Contains('$', StringComparison.Ordinal) ? new ReplacementTemplate(goTemplate) : null;
        return Replace(input, (output, match) =>
        {
            if (template is null)
            {
                output.Append(goTemplate);
            }
            else
            {
                template.Append(output, match);
            }
        });
    }

    /// <summary>The text with every match replaced by a text in which <c>$</c> means nothing.</summary>
    public string ReplaceAllLiteral(string input, string replacement) => Replace(input, (output, _) => output.Append(replacement));

    /// <inheritdoc/>
    public override string ToString() => Pattern;

    private string Replace(string input, Action<StringBuilder, GoMatch> append)
    {
        var matches = Matches(input);
        if (matches.Count == 0)
        {
            return input;
        }

        var output = new StringBuilder(input.Length);
        var at = 0;
        foreach (var match in matches)
        {
            output.Append(input, at, match.Index - at);
            append(output, match);
            at = match.Index + match.Length;
        }

        return output.Append(input, at, input.Length - at).ToString();
    }

    private Regex EngineFor(ReadOnlySpan<char> input) =>
        hasBoundary
            ? System.Text.Ascii.IsValid(input) ? narrow : wide.Value
            : input.ContainsAnyInRange('\uD800', '\uDFFF') ? wide.Value : narrow;

    private GoMatch? MatchAt(Regex engine, string input, int start)
    {
        try
        {
            var match = engine.Match(input, start);
            return match.Success ? new GoMatch(this, match) : null;
        }
        catch (RegexMatchTimeoutException)
        {
            // See IsMatch.
            return null;
        }
    }

    private static Regex Build(string pattern, string translated, RegexOptions options, TimeSpan timeout)
    {
        try
        {
            return new Regex(translated, options, timeout);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new GoRegexException($"error parsing regexp: expression too large: `{pattern}`", exception);
        }
    }

    private static bool HasBoundary(RegexNode node) => node switch
    {
        RegexNode.Assertion assertion => assertion.Kind is RegexAssertion.WordBoundary or RegexAssertion.NoWordBoundary,
        RegexNode.Concatenation concatenation => concatenation.Parts.Any(HasBoundary),
        RegexNode.Alternation alternation => alternation.Branches.Any(HasBoundary),
        RegexNode.Capture capture => HasBoundary(capture.Inner),
        RegexNode.Repeat repeat => HasBoundary(repeat.Inner),
        _ => false,
    };
}
