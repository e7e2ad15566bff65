using Ingress.Proxy.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>
/// A reference to a Traefik plugin (<c>plugin</c>). Plugins are Go or WebAssembly code and are not run here: the middleware is refused with a text that names what
/// is built in instead, where there is something.
/// </summary>
internal static class Plugin
{
    // By a part of the plugin's name, which users choose freely but mostly leave as it is; docs/parity.md has the same table.
    private static readonly (string Part, string Substitute)[] Substitutes =
    [
        ("real-ip", "forwardedHeaders.trustedIPs of the entry point, or ipStrategy"),
        ("realip", "forwardedHeaders.trustedIPs of the entry point, or ipStrategy"),
        ("cloudflare", "forwardedHeaders.trustedIPs of the entry point, or ipStrategy"),
        ("geoblock", "ipAllowList with the ranges, or forwardAuth to a service that knows countries"),
        ("geoip", "forwardAuth to a service that knows countries"),
        ("fail2ban", "rateLimit, or forwardAuth to a service that keeps the bans"),
        ("crowdsec", "forwardAuth to a CrowdSec bouncer"),
        ("bouncer", "forwardAuth to a CrowdSec bouncer"),
        ("oidc", "forwardAuth to an OpenID Connect proxy"),
        ("keycloak", "forwardAuth to an OpenID Connect proxy"),
        ("jwt", "forwardAuth to a service that verifies the token"),
        ("ldap", "forwardAuth to a service that asks the directory"),
        ("rewrite-body", "nothing; serve the changed body from the service"),
        ("rewritebody", "nothing; serve the changed body from the service"),
        ("rewrite-headers", "headers"),
        ("rewriteheaders", "headers"),
        ("theme", "nothing; serve the changed body from the service"),
        ("block", "ipAllowList, or a router of higher priority"),
    ];

    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var plugins = build.OptionsAs<IReadOnlyDictionary<string, object>>();
        if (plugins.Count != 1)
        {
            throw new ConfigurationException("plugin: invalid configuration: no configuration or too many plugin definition");
        }

        var name = plugins.Keys.Single();
        throw new ConfigurationException($"plugin: unknown plugin type: {name} (plugins cannot be run{SubstituteFor(name)})");
    }

    private static string SubstituteFor(string name)
    {
        foreach (var (part, substitute) in Substitutes)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return "; use " + substitute;
            }
        }

        return "; see the table of substitutes in docs/parity.md";
    }
}
