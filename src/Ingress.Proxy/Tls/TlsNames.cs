using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Tls.OpenSsl;

namespace Ingress.Proxy.Tls;

/// <summary>Go's names for versions, cipher suites and curves, in the framework's terms.</summary>
internal static class TlsNames
{
    private static readonly TlsCipherSuite[] Tls13Suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
    ];

    // What Go offers by default, in its order: forward secrecy and authenticated encryption first, then the quicker one (TLS 1.2 and lower).
    private static readonly TlsCipherSuite[] DefaultSuites =
    [
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    ];

    // Go's order of all it has, whatever the operator's is.
    private static readonly TlsCipherSuite[] Preference =
    [
        .. DefaultSuites,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256,
    ];

    /// <summary>The versions from one to the other; an unknown or empty name stands for the default, as in Traefik.</summary>
#pragma warning disable CA5397, CA5398, SYSLIB0039 // Old versions are offered only where the operator asks for them by name.
    public static SslProtocols Protocols(string minimum, string maximum, SslProtocols defaultMinimum)
    {
        var from = ProtocolNamed(minimum) ?? defaultMinimum;
        var to = ProtocolNamed(maximum) ?? SslProtocols.Tls13;
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

    private static SslProtocols? ProtocolNamed(string name) => name switch
    {
        "VersionTLS10" => SslProtocols.Tls,
        "VersionTLS11" => SslProtocols.Tls11,
        "VersionTLS12" => SslProtocols.Tls12,
        "VersionTLS13" => SslProtocols.Tls13,
        _ => null,
    };
#pragma warning restore CA5397, CA5398, SYSLIB0039

    /// <summary>The version with this number on the wire.</summary>
    public static SslProtocols ProtocolOf(int version) => version switch
    {
#pragma warning disable CA5397, SYSLIB0039 // The old versions are named here, not chosen.
        0x0301 => SslProtocols.Tls,
        0x0302 => SslProtocols.Tls11,
#pragma warning restore CA5397, SYSLIB0039
        TlsSettings.Version12 => SslProtocols.Tls12,
        _ => SslProtocols.Tls13,
    };

    /// <summary>The suites of TLS 1.2 and lower that are offered where none are chosen, in OpenSSL's words.</summary>
    public static string DefaultCipherList { get; } = CipherList(DefaultSuites);

    /// <summary>The suites named, in OpenSSL's words. Those that it does not have are left out, as are those of TLS 1.3, which Go does not let anybody choose.</summary>
    /// <exception cref="ConfigurationException">There is no suite of this name.</exception>
    public static string CipherList(IReadOnlyList<string> names)
    {
        var suites = names.Select(name => Suite(name) ?? throw new ConfigurationException($"invalid CipherSuite: {name}"));
        return CipherList(suites.OrderBy(suite => Array.IndexOf(Preference, suite) is >= 0 and var place ? place : Preference.Length));
    }

    private static string CipherList(IEnumerable<TlsCipherSuite> suites)
    {
        var list = new List<string>();
        foreach (var suite in suites)
        {
            if (!Tls13Suites.Contains(suite) && Marshal.PtrToStringUTF8(LibSsl.OPENSSL_cipher_name(suite.ToString())) is { } known and not "(NONE)")
            {
                list.Add(known);
            }
        }

        return string.Join(':', list.Distinct(StringComparer.Ordinal));
    }

    /// <summary>A version's number on the wire; null where the name is empty or unknown.</summary>
    public static int? Version(string name) => name switch
    {
        "VersionTLS10" => 0x0301,
        "VersionTLS11" => 0x0302,
        "VersionTLS12" => TlsSettings.Version12,
        "VersionTLS13" => TlsSettings.Version13,
        _ => null,
    };

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
