using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Go's <c>printf</c>: verbs, flags, width, precision and argument indexes; a wrong use shows in the output, never as an error.</summary>
internal sealed class GoPrintf
{
    private readonly string format;
    private readonly IReadOnlyList<object?> arguments;
    private readonly StringBuilder output = new();
    private int at;
    private int next;
    private bool reordered;

    private GoPrintf(string format, IReadOnlyList<object?> arguments)
    {
        this.format = format;
        this.arguments = arguments;
    }

    public static string Format(string format, IReadOnlyList<object?> arguments)
    {
        var printf = new GoPrintf(format, arguments);
        printf.Run();
        return printf.output.ToString();
    }

    private void Run()
    {
        while (at < format.Length)
        {
            var percent = format.IndexOf('%', at);
            var end = percent < 0 ? format.Length : percent;
            output.Append(format, at, end - at);
            at = end + 1;
            if (percent >= 0)
            {
                WriteDirective();
            }
        }

        if (!reordered && next < arguments.Count)
        {
            var extra = arguments.Skip(next).Select(value => value is null ? "<nil>" : $"{GoValue.TypeName(value)}={GoFormat.Value(value)}");
            output.Append(CultureInfo.InvariantCulture, $"%!(EXTRA {string.Join(", ", extra)})");
        }
    }

    private void WriteDirective()
    {
        var flags = ReadFlags();
        ReadIndex();
        var width = ReadNumber(out var negative);
        flags = negative ? flags with { Minus = true, Zero = false } : flags;
        int? precision = null;
        if (at < format.Length && format[at] == '.')
        {
            at++;
            ReadIndex();
            precision = ReadNumber(out _) ?? 0;
        }

        ReadIndex();
        if (at >= format.Length)
        {
            output.Append("%!(NOVERB)");
            return;
        }

        Rune.DecodeFromUtf16(format.AsSpan(at), out var verb, out var length);
        at += length;
        if (verb.Value == '%')
        {
            output.Append('%');
        }
        else if (next < 0 || next >= arguments.Count)
        {
            output.Append(CultureInfo.InvariantCulture, $"%!{verb}({(next < 0 ? "BADINDEX" : "MISSING")})");
        }
        else
        {
            output.Append(new GoVerb(verb, flags, width, precision).Format(arguments[next++]));
        }
    }

    private GoVerbFlags ReadFlags()
    {
        var flags = default(GoVerbFlags);
        for (; at < format.Length; at++)
        {
            switch (format[at])
            {
                case '#':
                    flags = flags with { Sharp = true };
                    break;
                case '0':
                    flags = flags with { Zero = true };
                    break;
                case '+':
                    flags = flags with { Plus = true };
                    break;
                case '-':
                    flags = flags with { Minus = true };
                    break;
                case ' ':
                    flags = flags with { Space = true };
                    break;
                default:
                    return flags;
            }
        }

        return flags;
    }

    private void ReadIndex()
    {
        if (at >= format.Length || format[at] != '[')
        {
            return;
        }

        var end = format.IndexOf(']', at);
        reordered = true;
        if (end < 0 || !int.TryParse(format.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index < 1 || index > arguments.Count)
        {
            index = int.MinValue;
        }

        next = index - 1;
        at = end < 0 ? at + 1 : end + 1;
    }

    private int? ReadNumber(out bool negative)
    {
        negative = false;
        if (at < format.Length && format[at] == '*')
        {
            at++;
            if (next < 0 || next >= arguments.Count || GoValue.Normalize(arguments[next]) is not long number || Math.Abs(number) > 1_000_000)
            {
                output.Append("%!(BADWIDTH)");
                next++;
                return null;
            }

            next++;
            negative = number < 0;
            return (int)Math.Abs(number);
        }

        var start = at;
        while (at < format.Length && char.IsAsciiDigit(format[at]))
        {
            at++;
        }

        return at > start && int.TryParse(format.AsSpan(start, at - start), out var width) && width <= 1_000_000 ? width : null;
    }
}
