using System.Collections;
using System.Security.Cryptography;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions that cut, join and measure texts.</summary>
internal static class TextFunctions
{
    private const string Digits = "0123456789";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static void AddTo(TemplateFunctionSet set)
    {
        AddTrimming(set);
        set.Add("repeat", 2, a => Repeat(a.Count32(0), a.Text(1)))
            .Add("substr", 3, a => Substring(a.Count32(0), a.Count32(1), a.Text(2)))
            .Add("trunc", 2, a => Truncate(a.Count32(0), a.Text(1)))
            .Add("abbrev", 2, a => Abbreviate(0, a.Count32(0), a.Text(1)))
            .Add("abbrevboth", 3, a => Abbreviate(a.Count32(0), a.Count32(1), a.Text(2)))
            .Add("initials", 1, a => string.Concat(Words(a.Text(0)).Select(word => word[..1])))
            .Add("contains", 2, a => a.Text(1).Contains(a.Text(0), StringComparison.Ordinal))
            .Add("hasPrefix", 2, a => a.Text(1).StartsWith(a.Text(0), StringComparison.Ordinal))
            .Add("hasSuffix", 2, a => a.Text(1).EndsWith(a.Text(0), StringComparison.Ordinal))
            .AddVariadic("quote", 0, a => string.Join(' ', a.All.Where(value => value is not null).Select(value => GoFormat.Quote(GoFormat.Value(value)))))
            .AddVariadic("squote", 0, a => string.Join(' ', a.All.Where(value => value is not null).Select(value => $"'{GoFormat.Value(value)}'")))
            .AddVariadic("cat", 0, a => string.Join(' ', a.All.Where(value => value is not null).Select(GoFormat.Value)))
            .Add("indent", 2, a => Indent(a.Count32(0), a.Text(1)))
            .Add("nindent", 2, a => "\n" + Indent(a.Count32(0), a.Text(1)))
            .Add("replace", 3, a => a.Text(0).Length == 0 ? Interleave(a.Text(1), a.Text(2)) : a.Text(2).Replace(a.Text(0), a.Text(1), StringComparison.Ordinal))
            .Add("plural", 3, a => a.Integer(2) == 1 ? a.Text(0) : a.Text(1))
            .Add("wrap", 2, a => Wrap(a.Count32(0), "\n", a.Text(1), breakWords: false))
            .Add("wrapWith", 3, a => Wrap(a.Count32(0), a.Text(1), a.Text(2), breakWords: true))
            .Add("splitList", 2, a => Split(a.Text(1), a.Text(0)))
            .Add("split", 2, a => Numbered(Split(a.Text(1), a.Text(0))))
            .Add("splitn", 3, a => Numbered(Split(a.Text(2), a.Text(0), a.Count32(1))))
            .Add("join", 2, a => string.Join(a.Text(0), Texts(a[1])))
            .Add("sortAlpha", 1, a => Texts(a[0]).Order(StringComparer.Ordinal).ToArray())
            .Add("toStrings", 1, a => Texts(a[0]).ToArray())
            .Add("shuffle", 1, a => Shuffle(a.Text(0)))
            .Add("randAlphaNum", 1, a => Random(Letters + Digits, a.Count32(0)))
            .Add("randAlpha", 1, a => Random(Letters, a.Count32(0)))
            .Add("randNumeric", 1, a => Random(Digits, a.Count32(0)))
            .Add("randAscii", 1, a => Random(string.Concat(Enumerable.Range(32, 95).Select(c => (char)c)), a.Count32(0)))
            .Add("normalize", 1, a => Normalize(a.Text(0)));
    }

    /// <summary>Letters and digits stay, every run of anything else becomes one hyphen, none at the ends.</summary>
    public static string Normalize(string name)
    {
        var output = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsLetter(rune) || Rune.IsNumber(rune))
            {
                output.Append(rune);
            }
            else if (output.Length > 0 && output[^1] != '-')
            {
                output.Append('-');
            }
        }

        return output.ToString().TrimEnd('-');
    }

    /// <summary>Cuts at every separator, or into characters where it is empty; at most so many parts, of which the last keeps its separators.</summary>
    public static string[] Split(string text, string separator, int limit = -1)
    {
        if (limit == 0)
        {
            return [];
        }

        if (separator.Length > 0)
        {
            return limit < 0 ? text.Split(separator) : text.Split(separator, limit);
        }

        var runes = text.EnumerateRunes().Select(rune => rune.ToString()).ToArray();
        return limit < 0 || runes.Length <= limit ? runes : [.. runes[..(limit - 1)], string.Concat(runes[(limit - 1)..])];
    }

    /// <summary>The items of a list as texts, without nils; anything else is a list of itself.</summary>
    public static IEnumerable<string> Texts(object? value) => value switch
    {
        null => [],
        string text => [text],
        IList list => list.Cast<object?>().Where(item => item is not null).Select(GoFormat.Value),
        _ => [GoFormat.Value(value)],
    };

    private static void AddTrimming(TemplateFunctionSet set) => set
        .Add("trim", 1, a => a.Text(0).Trim())
        .Add("trimAll", 2, a => a.Text(1).Trim(a.Text(0).ToCharArray()))
        .Add("trimall", 2, a => a.Text(1).Trim(a.Text(0).ToCharArray()))
        .Add("trimSuffix", 2, a => a.Text(0) is { Length: > 0 } suffix && a.Text(1).EndsWith(suffix, StringComparison.Ordinal) ? a.Text(1)[..^suffix.Length] : a.Text(1))
        .Add("trimPrefix", 2, a => a.Text(1).StartsWith(a.Text(0), StringComparison.Ordinal) ? a.Text(1)[a.Text(0).Length..] : a.Text(1))
        .Add("nospace", 1, a => string.Concat(a.Text(0).Where(c => !char.IsWhiteSpace(c))));

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, object?> Numbered(string[] parts) =>
        parts.Select((part, index) => (part, index)).ToDictionary(pair => $"_{pair.index}", pair => (object?)pair.part, StringComparer.Ordinal);

    private static string Repeat(int count, string text) =>
        count < 0 ? throw new TemplateFault("strings: negative Repeat count")
        : (long)count * text.Length > 16 * 1024 * 1024 ? throw new TemplateFault("the repeated text is too long")
        : new StringBuilder(count * text.Length).Insert(0, text, count).ToString();

    private static string Substring(int start, int end, string text)
    {
        if (start < 0)
        {
            start = 0;
        }

        if (end < 0 || end > text.Length)
        {
            end = text.Length;
        }

        return start > end ? throw new TemplateFault($"slice bounds out of range [{start}:{end}]") : text[start..end];
    }

    private static string Truncate(int count, string text) =>
        count < 0 ? text[Math.Max(0, text.Length + count)..]
        : text[..Math.Min(count, text.Length)];

    private static string Abbreviate(int left, int right, string text)
    {
        if (right < 4 || (left > 0 && right < 7) || text.Length <= right)
        {
            return text;
        }

        if (left <= 4)
        {
            return text[..(right - 3)] + "...";
        }

        if (right + left - 3 < text.Length)
        {
            return "..." + Abbreviate(0, right - 3, text[left..]);
        }

        return "..." + text[(text.Length - (right - 3))..];
    }

    private static string Indent(int count, string text)
    {
        var pad = new string(' ', Math.Clamp(count, 0, 10_000));
        return pad + text.Replace("\n", "\n" + pad, StringComparison.Ordinal);
    }

    private static string Interleave(string inserted, string text) => inserted + string.Concat(text.EnumerateRunes().Select(rune => rune + inserted));

    private static string Wrap(int width, string separator, string text, bool breakWords)
    {
        width = Math.Max(width, 1);
        var output = new StringBuilder();
        var column = 0;
        foreach (var word in text.Split(' '))
        {
            var rest = word;
            if (column > 0)
            {
                var fits = column + 1 + rest.Length <= width;
                output.Append(fits ? " " : separator);
                column = fits ? column + 1 : 0;
            }

            while (breakWords && rest.Length > width)
            {
                output.Append(rest, 0, width).Append(separator);
                rest = rest[width..];
            }

            output.Append(rest);
            column += rest.Length;
        }

        return output.ToString();
    }

    private static string Random(string alphabet, int count) => RandomNumberGenerator.GetString(alphabet, Math.Clamp(count, 0, 1_000_000));

    private static string Shuffle(string text)
    {
        var characters = text.ToCharArray();
        System.Random.Shared.Shuffle(characters);
        return new string(characters);
    }
}
