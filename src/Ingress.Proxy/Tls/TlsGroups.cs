using Ingress.Proxy.Configuration;
using Ingress.Proxy.Tls.OpenSsl;

namespace Ingress.Proxy.Tls;

/// <summary>Groups for the key exchange (<c>curvePreferences</c>), by Go's and by OpenSSL's names.</summary>
internal static class TlsGroups
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["X25519MLKEM768"] = "X25519MLKEM768",
        ["x25519"] = "X25519",
        ["CurveP256"] = "P-256",
        ["secp256r1"] = "P-256",
        ["CurveP384"] = "P-384",
        ["secp384r1"] = "P-384",
        ["CurveP521"] = "P-521",
        ["secp521r1"] = "P-521",
        ["SecP256r1MLKEM768"] = "SecP256r1MLKEM768",
        ["SecP384r1MLKEM1024"] = "SecP384r1MLKEM1024",
    };

    private static readonly Lazy<HashSet<string>> Known = new(FindKnown);

    /// <summary>The groups in order, or those of Go where none are named. What this system's OpenSSL does not have is left out.</summary>
    /// <exception cref="ConfigurationException">A name that does not exist, or none that this system has.</exception>
    public static string ListOf(IReadOnlyList<string> preferences)
    {
        string[] wanted = preferences.Count == 0
            ? ["X25519MLKEM768", "X25519", "P-256", "P-384", "P-521"]
            : [.. preferences.Select(name => Names.GetValueOrDefault(name) ?? throw new ConfigurationException($"invalid CurveID in curvePreferences: {name}"))];
        var had = wanted.Where(Known.Value.Contains).Distinct(StringComparer.Ordinal).ToList();
        return had.Count > 0
            ? string.Join(':', had)
            : throw new ConfigurationException($"this system's OpenSSL has none of curvePreferences: {string.Join(", ", preferences)}; add x25519 or CurveP256");
    }

    private static HashSet<string> FindKnown()
    {
        var context = LibSsl.SSL_CTX_new(LibSsl.TLS_server_method());
        var known = Names.Values.Where(name => LibSsl.SSL_CTX_ctrl_text(context, LibSsl.ControlGroupsList, 0, name) == 1).ToHashSet(StringComparer.Ordinal);
        LibSsl.SSL_CTX_free(context);
        LibSsl.ERR_clear_error();
        return known;
    }
}
