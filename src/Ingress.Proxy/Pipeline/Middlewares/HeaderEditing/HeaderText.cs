using System.Text;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

/// <summary>Names and values of headers that come from the configuration, made fit to be sent.</summary>
internal static class HeaderText
{
    /// <summary>The name as Go writes it, each part between dashes capitalised; throws a <see cref="ConfigurationException"/> where it cannot be a header's name.</summary>
    public static string Name(string name)
    {
        Check(name);
        return Canonical(name);
    }

    /// <summary>Throws a <see cref="ConfigurationException"/> where the text cannot be a header's name.</summary>
    public static void Check(string name)
    {
        if (name.Length == 0 || !name.All(IsToken))
        {
            throw new ConfigurationException($"invalid header name \"{name}\": use letters, digits and dashes only");
        }
    }

    /// <summary>A valid name with each part between dashes capitalised.</summary>
    public static string Canonical(string name)
    {
        var text = new StringBuilder(name.Length);
        var startsPart = true;
        foreach (var c in name)
        {
            text.Append(startsPart ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            startsPart = c == '-';
        }

        return text.ToString();
    }

    /// <summary>The value as bytes, one a character, with line breaks and other control characters made blanks.</summary>
    public static string Value(string value)
    {
        var text = RequestTarget.FromText(value.Trim());
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => c is < ' ' or '\x7f' ? ' ' : c)) : text;
    }

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
