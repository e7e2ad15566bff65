using System.Net.Security;
using System.Security.Authentication;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Go's names of TLS versions and cipher suites.</summary>
internal static class TlsNames
{
    private static readonly TlsCipherSuite[] Tls13Suites =
        [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256];

    /// <summary>The versions between two names, of which an empty one is no bound. Throws a configuration exception for an empty range.</summary>
    public static SslProtocols Protocols(string minimum, string maximum)
    {
        const int Tls12 = 2;
        const int Newest = 3;
        var lowest = Index(minimum, "minVersion");
        var highest = Index(maximum, "maxVersion");

        // Traefik refuses a lower bound alone, because its upper one is then 0.
        if (lowest >= 0 && highest < 0)
        {
            throw new ConfigurationException($"TLS minimum version {minimum} is above the maximum version {maximum}; set maxVersion too");
        }

        if (lowest > highest)
        {
            throw new ConfigurationException($"TLS minimum version {minimum} is above the maximum version {maximum}");
        }

        highest = highest < 0 ? Newest : highest;
        lowest = lowest < 0 ? Math.Min(Tls12, highest) : lowest;
        var protocols = SslProtocols.None;
        for (var version = lowest; version <= highest; version++)
        {
            protocols |= Versions[version].Protocol;
        }

        return protocols;
    }

    /// <summary>The cipher suites of these names, null for none. TLS 1.3's are always among them, as in Go. Throws a configuration exception for an unknown one.</summary>
    public static CipherSuitesPolicy? CipherSuites(IReadOnlyList<string> names)
    {
        if (names.Count == 0 || OperatingSystem.IsWindows() || OperatingSystem.IsAndroid())
        {
            return null;
        }

        var suites = new List<TlsCipherSuite>(Tls13Suites);
        foreach (var name in names)
        {
            // Go's older names of the ChaCha20 suites lack the hash.
            var full = name.EndsWith("_CHACHA20_POLY1305", StringComparison.Ordinal) ? name + "_SHA256" : name;
            if (!Enum.TryParse<TlsCipherSuite>(full, out var suite) || char.IsAsciiDigit(full[0]))
            {
                throw new ConfigurationException($"invalid CipherSuite: {name}");
            }

            suites.Add(suite);
        }

        return new CipherSuitesPolicy(suites);
    }

#pragma warning disable CS0618, SYSLIB0039, CA5397 // Old versions are used only where the operator asks for them.
    private static readonly (string Name, SslProtocols Protocol)[] Versions =
    [
        ("VersionTLS10", SslProtocols.Tls), ("VersionTLS11", SslProtocols.Tls11), ("VersionTLS12", SslProtocols.Tls12), ("VersionTLS13", SslProtocols.Tls13),
    ];
#pragma warning restore CS0618, SYSLIB0039, CA5397

    private static int Index(string name, string option)
    {
        if (name.Length == 0)
        {
            return -1;
        }

        var index = Array.FindIndex(Versions, version => version.Name == name);
        return index >= 0 ? index : throw new ConfigurationException($"invalid TLS version {name} ({option}); use VersionTLS10 to VersionTLS13");
    }
}
