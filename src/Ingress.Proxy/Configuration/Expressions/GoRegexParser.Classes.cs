using System.Globalization;

namespace Ingress.Proxy.Configuration.Expressions;

internal sealed partial class GoRegexParser
{
    private RegexNode.Set Literal(int point)
    {
        var set = new CodePointSet((point, point));
        return new RegexNode.Set(foldCase ? set.Folded() : set);
    }

    private int ReadCodePoint()
    {
        var point = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
            ? char.ConvertToUtf32(text[at], text[at + 1])
            : text[at];
        at += point > 0xFFFF ? 2 : 1;
        return point;
    }

    private void ParseBackslash(List<RegexNode> parts)
    {
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        RegexAssertion? assertion = next switch
        {
            'A' => RegexAssertion.TextStart,
            'z' => RegexAssertion.TextEnd,
            'b' => RegexAssertion.WordBoundary,
            'B' => RegexAssertion.NoWordBoundary,
            _ => null,
        };
        if (assertion is { } kind)
        {
            at += 2;
            parts.Add(new RegexNode.Assertion(kind));
        }
        else if (next == 'Q')
        {
            ParseQuoted(parts);
        }
        else if (TryReadEscapedClass() is { } set)
        {
            parts.Add(new RegexNode.Set(set));
        }
        else
        {
            parts.Add(Literal(ReadEscape()));
        }
    }

    private void ParseQuoted(List<RegexNode> parts)
    {
        at += 2;
        var end = text.IndexOf("\\E", at, StringComparison.Ordinal);
        var stop = end < 0 ? text.Length : end;
        while (at < stop)
        {
            parts.Add(Literal(ReadCodePoint()));
        }

        at = end < 0 ? stop : end + 2;
    }

    /// <summary>Reads <c>\d</c>, <c>\pL</c> and their like; null where something else follows.</summary>
    private CodePointSet? TryReadEscapedClass()
    {
        if (at + 1 >= text.Length)
        {
            return null;
        }

        var letter = text[at + 1];
        if (letter is 'p' or 'P')
        {
            return ReadUnicodeClass(letter == 'P');
        }

        if (UnicodeClasses.Perl(char.ToLowerInvariant(letter)) is not { } set)
        {
            return null;
        }

        at += 2;
        return Finish(set, char.IsAsciiLetterUpper(letter));
    }

    private CodePointSet ReadUnicodeClass(bool negated)
    {
        var start = at;
        at += 2;
        if (at >= text.Length)
        {
            throw GoRegexException.At("invalid character class range", text[start..]);
        }

        string name;
        if (text[at] == '{')
        {
            var end = text.IndexOf('}', at);
            if (end < 0)
            {
                throw GoRegexException.At("invalid character class range", text[start..]);
            }

            name = text[(at + 1)..end];
            at = end + 1;
        }
        else
        {
            var from = at;
            ReadCodePoint();
            name = text[from..at];
        }

        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        return UnicodeClasses.Unicode(name) is { } set
            ? Finish(set, negated)
            : throw GoRegexException.At("invalid character class range", text[start..at]);
    }

    private CodePointSet Finish(CodePointSet set, bool negated)
    {
        set = foldCase ? set.Folded() : set;
        return negated ? set.Negated() : set;
    }

    private CodePointSet ParseClass()
    {
        var start = at++;
        var negated = at < text.Length && text[at] == '^';
        at += negated ? 1 : 0;
        var set = new CodePointSet();
        for (var first = true; at >= text.Length || text[at] != ']' || first; first = false)
        {
            if (at >= text.Length)
            {
                throw GoRegexException.At("missing closing ]", text[start..]);
            }

            if (TryReadPosixClass() is { } posix)
            {
                set.Add(posix);
            }
            else if (text[at] == '\\' && TryReadEscapedClass() is { } escaped)
            {
                set.Add(escaped);
            }
            else
            {
                ReadRange(set, start);
            }
        }

        at++;
        return negated ? set.Negated() : set;
    }

    private CodePointSet? TryReadPosixClass()
    {
        if (string.CompareOrdinal(text, at, "[:", 0, 2) != 0)
        {
            return null;
        }

        var end = text.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var name = text[(at + 2)..end];
        var negated = name.StartsWith('^');
        if (UnicodeClasses.Posix(negated ? name[1..] : name) is not { } set)
        {
            throw GoRegexException.At("invalid character class range", text[at..(end + 2)]);
        }

        at = end + 2;
        return Finish(set, negated);
    }

    private void ReadRange(CodePointSet set, int classStart)
    {
        var start = at;
        var low = ReadClassCharacter(classStart);
        var high = low;
        if (at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']')
        {
            at++;
            high = ReadClassCharacter(classStart);
            if (high < low)
            {
                throw GoRegexException.At("invalid character class range", text[start..at]);
            }
        }

        var range = new CodePointSet((low, high));
        set.Add(foldCase ? range.Folded() : range);
    }

    private int ReadClassCharacter(int classStart) =>
        at >= text.Length ? throw GoRegexException.At("missing closing ]", text[classStart..])
        : text[at] == '\\' ? ReadEscape()
        : ReadCodePoint();

    private int ReadEscape()
    {
        var start = at++;
        if (at >= text.Length)
        {
            throw GoRegexException.At("trailing backslash at end of expression", "");
        }

        var point = ReadCodePoint();
        switch (point)
        {
            case >= '1' and <= '7' when at >= text.Length || text[at] is < '0' or > '7':
                // A back-reference.
                break;
            case >= '0' and <= '7':
                return ReadOctal(point - '0');
            case 'x':
                return ReadHexadecimal(start);
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case < 0x80 when !char.IsAsciiLetterOrDigit((char)point):
                return point;
        }

        throw GoRegexException.At("invalid escape sequence", text[start..at]);
    }

    private int ReadOctal(int value)
    {
        for (var i = 1; i < 3 && at < text.Length && text[at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + text[at++] - '0';
        }

        return value;
    }

    private int ReadHexadecimal(int start)
    {
        var braced = at < text.Length && text[at] == '{';
        at += braced ? 1 : 0;
        var value = 0;
        var digits = 0;
        while (at < text.Length && char.IsAsciiHexDigit(text[at]) && (braced || digits < 2) && value <= CodePointSet.Last)
        {
            value = (value * 16) + int.Parse(text.AsSpan(at++, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            digits++;
        }

        var closed = !braced || (at < text.Length && text[at] == '}' && value <= CodePointSet.Last);
        at += braced && closed ? 1 : 0;
        return closed && digits >= (braced ? 1 : 2)
            ? value
            : throw GoRegexException.At("invalid escape sequence", text[start..at]);
    }
}
