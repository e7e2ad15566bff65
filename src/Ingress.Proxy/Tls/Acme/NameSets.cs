using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>Brings wanted names into one form and finds which of them a certificate or a wildcard covers already.</summary>
internal static class NameSets
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false };

    /// <summary>
    /// The names of a wanted certificate as they are written down: lower case, no final dot, no doubles, none that a wildcard of the same set covers
    /// (authorities refuse such a pair). The first name stays first.
    /// </summary>
    /// <exception cref="FormatException">A name cannot be in a certificate; the message says why.</exception>
    public static IReadOnlyList<string> Normalise(IEnumerable<string> wanted)
    {
        List<string> names = [];
        var inProtocol = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in wanted.Where(name => name.Length > 0).Select(Clean))
        {
            Check(name);
            if (inProtocol.Add(InProtocol(name)))
            {
                names.Add(name);
            }
        }

        names.RemoveAll(name => !IsWildcard(name) && inProtocol.Contains(WildcardFor(InProtocol(name))));
        return names;
    }

    /// <summary>A name in the form of the protocol and of certificates (RFC 5890), in which names are compared: <c>xn--bcher-kva.test</c> for <c>bücher.test</c>.</summary>
    public static string InProtocol(string name)
    {
        name = Clean(name);
        return TryEncode(name, out var encoded) ? encoded : name;
    }

    public static bool IsWildcard(string name) => name.StartsWith("*.", StringComparison.Ordinal);

    /// <summary>The wildcard one label up, such as <c>*.home.test</c> for <c>a.home.test</c>; empty where there is none.</summary>
    public static string WildcardFor(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && !IPAddress.TryParse(name, out _) ? "*" + name[dot..] : "";
    }

    /// <summary>Whether one of the names is this one, or a wildcard that covers it.</summary>
    public static bool Covers(IReadOnlySet<string> names, string name) => names.Contains(name) || (!IsWildcard(name) && names.Contains(WildcardFor(name)));

    /// <summary>Whether a certificate is for this name.</summary>
    public static bool Covers(X509Certificate2 certificate, string name) => Covers(ServedCertificate.NamesOf(certificate).ToHashSet(StringComparer.Ordinal), name);

    /// <summary>What identifies a set whatever its order.</summary>
    public static string KeyOf(IEnumerable<string> names) => string.Join(',', names.Order(StringComparer.Ordinal));

    private static string Clean(string name) => name.Trim().TrimEnd('.').ToLowerInvariant();

    private static void Check(string name)
    {
        if (name.StartsWith("*.*", StringComparison.Ordinal))
        {
            throw new FormatException($"{name}: ACME does not allow '*.*' wildcard domain");
        }

        if (name.LastIndexOf('*') > 0 || (name.Contains('*', StringComparison.Ordinal) && !IsWildcard(name)))
        {
            throw new FormatException($"{name}: a wildcard is only allowed as the first label, as in *.example.com");
        }

        if (!TryEncode(name, out _))
        {
            throw new FormatException($"{name}: this is not a valid domain name");
        }
    }

    private static bool TryEncode(string name, out string encoded)
    {
        encoded = name;
        if (name.All(char.IsAscii))
        {
            return true;
        }

        try
        {
            encoded = IsWildcard(name) ? "*." + Idn.GetAscii(name[2..]) : Idn.GetAscii(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
