using System.Globalization;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>Reads the expression language of Go (RE2); what that language lacks is refused with Go's own words.</summary>
internal sealed partial class GoRegexParser
{
    private const int MaximumRepeat = 1000;
    private const int MaximumDepth = 1000;

    private readonly string text;
    private readonly List<string> groupNames = [""];
    private int at;
    private int depth;
    private bool foldCase;
    private bool multiLine;
    private bool dotAll;
    private bool ungreedy;

    private GoRegexParser(string text)
    {
        this.text = text;
    }

    /// <summary>The tree of an expression and the names of its groups, empty for those without; the first is the whole match.</summary>
    public static (RegexNode Node, IReadOnlyList<string> GroupNames) Parse(string text)
    {
        var parser = new GoRegexParser(text);
        var node = parser.ParseAlternation();
        return parser.at < text.Length ? throw GoRegexException.At("unexpected )", text) : (node, parser.groupNames);
    }

    private RegexNode ParseAlternation()
    {
        if (++depth > MaximumDepth)
        {
            throw GoRegexException.At("expression nests too deeply", text);
        }

        var branches = new List<RegexNode> { ParseConcatenation() };
        while (at < text.Length && text[at] == '|')
        {
            at++;
            var branch = ParseConcatenation();
            if (SetOf(branches[^1]) is { } left && SetOf(branch) is { } right)
            {
                // One class for neighbouring classes: the same language, and a smaller automaton.
                branches[^1] = new RegexNode.Set(new CodePointSet().Add(left).Add(right));
            }
            else
            {
                branches.Add(branch);
            }
        }

        depth--;
        return branches.Count == 1 ? branches[0] : new RegexNode.Alternation(branches);
    }

    private static CodePointSet? SetOf(RegexNode node) => node switch
    {
        RegexNode.Set set => set.Points,
        RegexNode.Concatenation { Parts: [var only] } => SetOf(only),
        RegexNode.Alternation { Branches: [var only] } => SetOf(only),
        _ => null,
    };

    private RegexNode.Concatenation ParseConcatenation()
    {
        var parts = new List<RegexNode>();
        var lastRepeat = -1;
        while (at < text.Length && text[at] is not ('|' or ')'))
        {
            var start = at;
            if (TryReadQuantifier(out var minimum, out var maximum, out var counted))
            {
                Repeat(parts, start, lastRepeat, (minimum, maximum, counted));
                lastRepeat = start;
                continue;
            }

            lastRepeat = -1;
            ParseItem(parts);
        }

        return new RegexNode.Concatenation(parts);
    }

    private void Repeat(List<RegexNode> parts, int start, int lastRepeat, (int Minimum, int Maximum, bool Counted) count)
    {
        if (parts.Count == 0)
        {
            throw GoRegexException.At("missing argument to repetition operator", text[start..at]);
        }

        var lazy = ungreedy;
        if (at < text.Length && text[at] == '?')
        {
            at++;
            lazy = !lazy;
        }

        if (lastRepeat >= 0)
        {
            throw GoRegexException.At("invalid nested repetition operator", text[lastRepeat..at]);
        }

        var node = new RegexNode.Repeat(parts[^1], count.Minimum, count.Maximum, lazy, count.Counted);
        if (count.Counted && (count.Minimum >= 2 || count.Maximum >= 2) && !IsRepeatValid(node, MaximumRepeat))
        {
            throw GoRegexException.At("invalid repeat count", text[start..at]);
        }

        parts[^1] = node;
    }

    private bool TryReadQuantifier(out int minimum, out int maximum, out bool counted)
    {
        (minimum, maximum, counted) = (0, -1, false);
        switch (text[at])
        {
            case '*':
                break;
            case '+':
                minimum = 1;
                break;
            case '?':
                maximum = 1;
                break;
            case '{':
                counted = true;
                return TryReadCount(out minimum, out maximum);
            default:
                return false;
        }

        at++;
        return true;
    }

    private bool TryReadCount(out int minimum, out int maximum)
    {
        maximum = -1;
        var at = this.at + 1;
        if (!TryReadInteger(ref at, out minimum) || at >= text.Length)
        {
            return false;
        }

        if (text[at] != ',')
        {
            maximum = minimum;
        }
        else if (++at >= text.Length || (text[at] != '}' && !TryReadInteger(ref at, out maximum)))
        {
            return false;
        }

        if (at >= text.Length || text[at] != '}')
        {
            return false;
        }

        var start = this.at;
        this.at = at + 1;
        return minimum > MaximumRepeat || maximum > MaximumRepeat || (maximum >= 0 && minimum > maximum)
            ? throw GoRegexException.At("invalid repeat count", text[start..this.at])
            : true;
    }

    private bool TryReadInteger(ref int at, out int value)
    {
        value = 0;
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        var digits = text.AsSpan(start, at - start);
        if (digits.IsEmpty || (digits.Length > 1 && digits[0] == '0'))
        {
            return false;
        }

        value = digits.Length > 8 ? int.MaxValue : int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    private static bool IsRepeatValid(RegexNode node, int limit) => node switch
    {
        RegexNode.Repeat { Counted: true, Maximum: 0 } => true,
        RegexNode.Repeat { Counted: true } repeat => IsCountValid(repeat, limit),
        RegexNode.Repeat repeat => IsRepeatValid(repeat.Inner, limit),
        RegexNode.Capture capture => IsRepeatValid(capture.Inner, limit),
        RegexNode.Concatenation concatenation => concatenation.Parts.All(part => IsRepeatValid(part, limit)),
        RegexNode.Alternation alternation => alternation.Branches.All(branch => IsRepeatValid(branch, limit)),
        _ => true,
    };

    private static bool IsCountValid(RegexNode.Repeat repeat, int limit)
    {
        var count = repeat.Maximum < 0 ? repeat.Minimum : repeat.Maximum;
        return count <= limit && IsRepeatValid(repeat.Inner, count > 0 ? limit / count : limit);
    }

    private void ParseItem(List<RegexNode> parts)
    {
        var c = text[at];
        switch (c)
        {
            case '(':
                ParseGroup(parts);
                break;
            case '[':
                parts.Add(new RegexNode.Set(ParseClass()));
                break;
            case '^':
                at++;
                parts.Add(new RegexNode.Assertion(multiLine ? RegexAssertion.LineStart : RegexAssertion.TextStart));
                break;
            case '$':
                at++;
                parts.Add(new RegexNode.Assertion(multiLine ? RegexAssertion.LineEnd : RegexAssertion.TextEnd));
                break;
            case '.':
                at++;
                parts.Add(new RegexNode.Set(dotAll ? new CodePointSet((0, CodePointSet.Last)) : new CodePointSet(('\n', '\n')).Negated()));
                break;
            case '\\':
                ParseBackslash(parts);
                break;
            default:
                parts.Add(Literal(ReadCodePoint()));
                break;
        }
    }

    private void ParseGroup(List<RegexNode> parts)
    {
        var (foldCase, multiLine, dotAll, ungreedy) = (this.foldCase, this.multiLine, this.dotAll, this.ungreedy);
        var number = 0;
        if (at + 1 < text.Length && text[at + 1] == '?')
        {
            if (TryReadGroupName(out var name))
            {
                number = AddGroup(name);
            }
            else if (!ReadFlags())
            {
                // Flags without a body hold until the end of the enclosing group.
                return;
            }
        }
        else
        {
            at++;
            number = AddGroup("");
        }

        var inner = ParseAlternation();
        if (at >= text.Length)
        {
            throw GoRegexException.At("missing closing )", text);
        }

        at++;
        (this.foldCase, this.multiLine, this.dotAll, this.ungreedy) = (foldCase, multiLine, dotAll, ungreedy);
        parts.Add(number > 0 ? new RegexNode.Capture(number, inner) : inner);
    }

    private int AddGroup(string name)
    {
        groupNames.Add(name);
        return groupNames.Count - 1;
    }

    private bool TryReadGroupName(out string name)
    {
        name = "";
        var rest = text.AsSpan(at);
        var prefix = rest.StartsWith("(?P<") ? 4 : rest.StartsWith("(?<") ? 3 : 0;
        if (prefix == 0)
        {
            return false;
        }

        // Look-behind, (?<=x), falls in here too: that is how Go reports it.
        var end = rest.IndexOf('>');
        if (end < 0)
        {
            throw GoRegexException.At("invalid named capture", rest.ToString());
        }

        name = rest[prefix..end].ToString();
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw GoRegexException.At("invalid named capture", rest[..(end + 1)].ToString());
        }

        at += end + 1;
        return true;
    }

    /// <summary>Reads <c>(?flags)</c> or <c>(?flags:</c>; true where a body follows.</summary>
    private bool ReadFlags()
    {
        var start = at;
        var value = true;
        var seen = false;
        for (at += 2; at < text.Length;)
        {
            switch (text[at++])
            {
                case 'i':
                    (foldCase, seen) = (value, true);
                    break;
                case 'm':
                    (multiLine, seen) = (value, true);
                    break;
                case 's':
                    (dotAll, seen) = (value, true);
                    break;
                case 'U':
                    (ungreedy, seen) = (value, true);
                    break;
                case '-' when value:
                    (value, seen) = (false, false);
                    break;
                case ':' when value || seen:
                    return true;
                case ')' when value || seen:
                    return false;
                default:
                    throw GoRegexException.At("invalid or unsupported Perl syntax", text[start..at]);
            }
        }

        throw GoRegexException.At("invalid or unsupported Perl syntax", text[start..]);
    }
}
