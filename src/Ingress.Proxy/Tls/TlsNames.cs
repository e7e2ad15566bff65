using System.Net.Security;
using System.Security.Authentication;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Tls;

/// <summary>Go's names for versions, cipher suites and curves, in the framework's terms.</summary>
internal static class TlsNames
{
    private static readonly TlsCipherSuite[] Tls13Suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
    ];

    private static readonly HashSet<string> Curves = new(StringComparer.OrdinalIgnoreCase)
    {
        "secp256r1", "CurveP256", "secp384r1", "CurveP384", "secp521r1", "CurveP521", "x25519", "X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024",
    };

    /// <summary>The versions from one to the other; an unknown or empty name stands for the default, as in Traefik.</summary>
#pragma warning disable CA5397, CA5398, SYSLIB0039 // Old versions are offered only where the operator asks for them by name.
    public static SslProtocols Protocols(string minimum, string maximum, SslProtocols defaultMinimum)
    {
        var from = Version(minimum) ?? defaultMinimum;
        var to = Version(maximum) ?? SslProtocols.Tls13;
        var versions = SslProtocols.None;
        foreach (var version in (SslProtocols[])[SslProtocols.Tls, SslProtocols.Tls11, SslProtocols.Tls12, SslProtocols.Tls13])
        {
            if (version >= from && version <= to)
            {
                versions |= version;
            }
        }

        return versions;
    }

    private static SslProtocols? Version(string name) => name switch
    {
        "VersionTLS10" => SslProtocols.Tls,
        "VersionTLS11" => SslProtocols.Tls11,
        "VersionTLS12" => SslProtocols.Tls12,
        "VersionTLS13" => SslProtocols.Tls13,
        _ => null,
    };
#pragma warning restore CA5397, CA5398, SYSLIB0039

    /// <summary>The suites named, and those of TLS 1.3, which Go does not let anybody choose.</summary>
    public static CipherSuitesPolicy? CipherPolicy(IReadOnlyList<string> names)
    {
        var suites = new List<TlsCipherSuite>(Tls13Suites);
        foreach (var name in names)
        {
            suites.Add(Suite(name) ?? throw new ConfigurationException($"invalid CipherSuite: {name}"));
        }

        return OperatingSystem.IsLinux() ? new CipherSuitesPolicy(suites.Distinct()) : null;
    }

    /// <summary>Refuses a curve that does not exist.</summary>
    public static void CheckCurves(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!Curves.Contains(name))
            {
                throw new ConfigurationException($"invalid CurveID in curvePreferences: {name}");
            }
        }
    }

    /// <summary>Go's name of a suite; two of them go by an older name there.</summary>
    public static TlsCipherSuite? Suite(string name)
    {
        name = name switch
        {
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305" => "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305" => "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            _ => name,
        };
        return Enum.TryParse<TlsCipherSuite>(name, ignoreCase: false, out var suite) && Enum.IsDefined(suite) ? suite : null;
    }

    /// <summary>A protocol's short name, such as <c>1.3</c>.</summary>
    public static string ShortVersion(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "1.3",
        SslProtocols.Tls12 => "1.2",
        _ => protocol.ToString().Replace("Tls11", "1.1", StringComparison.Ordinal).Replace("Tls", "1.0", StringComparison.Ordinal),
    };
}
