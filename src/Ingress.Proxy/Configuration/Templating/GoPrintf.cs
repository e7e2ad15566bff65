using System.Globalization;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Go's <c>printf</c>: verbs, flags, width, precision and argument indexes; a wrong use shows in the output, never as an error.</summary>
internal sealed class GoPrintf
{
    private readonly string _format;
    private readonly IReadOnlyList<object?> _arguments;
    private readonly StringBuilder _output = new();
    private int _at;
    private int _next;
    private bool _reordered;

    private GoPrintf(string format, IReadOnlyList<object?> arguments)
    {
        _format = format;
        _arguments = arguments;
    }

    public static string Format(string format, IReadOnlyList<object?> arguments)
    {
        var printf = new GoPrintf(format, arguments);
        printf.Run();
        return printf._output.ToString();
    }

    private void Run()
    {
        while (_at < _format.Length)
        {
            var percent = _format.IndexOf('%', _at);
            var end = percent < 0 ? _format.Length : percent;
            _output.Append(_format, _at, end - _at);
            _at = end + 1;
            if (percent >= 0)
            {
                WriteDirective();
            }
        }

        if (!_reordered && _next < _arguments.Count)
        {
            var extra = _arguments.Skip(_next).Select(value => value is null ? "<nil>" : $"{GoValue.TypeName(value)}={GoFormat.Value(value)}");
            _output.Append(CultureInfo.InvariantCulture, $"%!(EXTRA {string.Join(", ", extra)})");
        }
    }

    private void WriteDirective()
    {
        var flags = ReadFlags();
        ReadIndex();
        var width = ReadNumber(out var negative);
        flags = negative ? flags with { Minus = true, Zero = false } : flags;
        int? precision = null;
        if (_at < _format.Length && _format[_at] == '.')
        {
            _at++;
            ReadIndex();
            precision = ReadNumber(out _) ?? 0;
        }

        ReadIndex();
        if (_at >= _format.Length)
        {
            _output.Append("%!(NOVERB)");
            return;
        }

        Rune.DecodeFromUtf16(_format.AsSpan(_at), out var verb, out var length);
        _at += length;
        if (verb.Value == '%')
        {
            _output.Append('%');
        }
        else if (_next < 0 || _next >= _arguments.Count)
        {
            _output.Append(CultureInfo.InvariantCulture, $"%!{verb}({(_next < 0 ? "BADINDEX" : "MISSING")})");
        }
        else
        {
            _output.Append(new GoVerb(verb, flags, width, precision).Format(_arguments[_next++]));
        }
    }

    private GoVerbFlags ReadFlags()
    {
        var flags = default(GoVerbFlags);
        for (; _at < _format.Length; _at++)
        {
            switch (_format[_at])
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
        if (_at >= _format.Length || _format[_at] != '[')
        {
            return;
        }

        var end = _format.IndexOf(']', _at);
        _reordered = true;
        if (end < 0 || !int.TryParse(_format.AsSpan(_at + 1, end - _at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index < 1 || index > _arguments.Count)
        {
            index = int.MinValue;
        }

        _next = index - 1;
        _at = end < 0 ? _at + 1 : end + 1;
    }

    private int? ReadNumber(out bool negative)
    {
        negative = false;
        if (_at < _format.Length && _format[_at] == '*')
        {
            _at++;
            if (_next < 0 || _next >= _arguments.Count || GoValue.Normalize(_arguments[_next]) is not long number || Math.Abs(number) > 1_000_000)
            {
                _output.Append("%!(BADWIDTH)");
                _next++;
                return null;
            }

            _next++;
            negative = number < 0;
            return (int)Math.Abs(number);
        }

        var start = _at;
        while (_at < _format.Length && char.IsAsciiDigit(_format[_at]))
        {
            _at++;
        }

        return _at > start && int.TryParse(_format.AsSpan(start, _at - start), out var width) && width <= 1_000_000 ? width : null;
    }
}
