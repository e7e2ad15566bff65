using System.Diagnostics.CodeAnalysis;
using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Providers.Labels;

/// <summary>
/// The expression of <c>constraints</c>: <c>Label(`name`, `value`)</c> and <c>LabelRegex(`name`, `expression`)</c>, put together with <c>&amp;&amp;</c>,
/// <c>||</c>, <c>!</c> and parentheses. Other providers bring their own functions, such as <c>Tag</c>.
/// </summary>
internal sealed class Constraints
{
    private readonly Node? root;

    private Constraints(Node? root)
    {
        this.root = root;
    }

    private delegate bool Node(IReadOnlyDictionary<string, string> labels);

    /// <summary>Reads an expression; an empty one lets everything through.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Constraints? constraints, out string fault)
    {
        fault = "";
        constraints = new Constraints(null);
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        try
        {
            constraints = new Constraints(new Parser(text).Parse());
            return true;
        }
        catch (FormatException exception)
        {
            fault = $"constraints \"{text}\": {exception.Message}";
            constraints = null;
            return false;
        }
    }

    /// <summary>Whether these labels satisfy the expression; a missing label is an empty text.</summary>
    public bool Match(IReadOnlyDictionary<string, string> labels) => root?.Invoke(labels) ?? true;

    private sealed class Parser(string text)
    {
        private const int MaximumDepth = 200;

        private int at;
        private int depth;

        public Node Parse()
        {
            var node = ParseOr();
            SkipSpace();
            return at == text.Length ? node : throw new FormatException($"unexpected \"{text[at..]}\"");
        }

        private Node ParseOr()
        {
            var left = ParseAnd();
            while (TryTake("||"))
            {
                var (first, second) = (left, ParseAnd());
                left = labels => first(labels) || second(labels);
            }

            return left;
        }

        private Node ParseAnd()
        {
            var left = ParseUnary();
            while (TryTake("&&"))
            {
                var (first, second) = (left, ParseUnary());
                left = labels => first(labels) && second(labels);
            }

            return left;
        }

        private Node ParseUnary()
        {
            if (++depth > MaximumDepth)
            {
                throw new FormatException("nested too deeply");
            }

            Node node;
            if (TryTake("!"))
            {
                var inner = ParseUnary();
                node = labels => !inner(labels);
            }
            else if (TryTake("("))
            {
                node = ParseOr();
                Expect(")");
            }
            else
            {
                node = ParseFunction();
            }

            depth--;
            return node;
        }

        private Node ParseFunction()
        {
            SkipSpace();
            var start = at;
            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
            {
                at++;
            }

            var name = text[start..at];
            if (name.Length == 0)
            {
                throw new FormatException(start < text.Length ? $"unexpected \"{text[start..]}\"" : "the expression ends too early");
            }

            Expect("(");
            var arguments = new List<string>();
            do
            {
                arguments.Add(ParseText());
            }
            while (TryTake(","));

            Expect(")");
            return Function(name, arguments);
        }

        private static Node Function(string name, List<string> arguments)
        {
            if (name is not ("Label" or "LabelRegex"))
            {
                throw new FormatException($"unsupported function: {name}; known are Label and LabelRegex");
            }

            if (arguments.Count != 2)
            {
                throw new FormatException($"{name} takes a label and a {(name == "Label" ? "value" : "regular expression")}, got {arguments.Count} arguments");
            }

            var (label, wanted) = (arguments[0], arguments[1]);
            if (name == "Label")
            {
                return labels => labels.GetValueOrDefault(label, "") == wanted;
            }

            GoRegex regex;
            try
            {
                regex = GoRegex.Compile(wanted);
            }
            catch (GoRegexException)
            {
                // As Traefik does, the rest of the expression goes on working.
                return _ => false;
            }

            return labels => labels.TryGetValue(label, out var value) && regex.IsMatch(value);
        }

        private string ParseText()
        {
            SkipSpace();
            if (at >= text.Length || text[at] is not ('`' or '"' or '\''))
            {
                throw new FormatException("arguments are written in back quotes, as in Label(`name`, `value`)");
            }

            var end = text.IndexOf(text[at], at + 1);
            if (end < 0)
            {
                throw new FormatException("a quote is not closed");
            }

            var value = text[(at + 1)..end];
            at = end + 1;
            return value;
        }

        private void Expect(string token)
        {
            if (!TryTake(token))
            {
                throw new FormatException(at < text.Length ? $"expected \"{token}\" before \"{text[at..]}\"" : $"expected \"{token}\" at the end");
            }
        }

        private bool TryTake(string token)
        {
            SkipSpace();
            if (string.CompareOrdinal(text, at, token, 0, token.Length) != 0)
            {
                return false;
            }

            at += token.Length;
            return true;
        }

        private void SkipSpace()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }
    }
}
