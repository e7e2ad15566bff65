using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Matching.Rules;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// Finds in the configuration in force which certificates are wanted of which resolver: <c>tls.domains</c>, a certificate for each entry, else all hosts of
/// the rule in one; and the generated default certificate.
/// </summary>
internal sealed partial class WantedNames(IReadOnlySet<string> otherResolvers, ILogger logger)
{
    private static readonly RuleReader TcpRules = new(["HostSNI", "HostSNIRegexp", "ClientIP", "ALPN"]);

    /// <summary>Hands every resolver what is wanted of it.</summary>
    public void Pass(RuntimeConfiguration configuration, AcmeResolvers resolvers, Func<string, bool> coveredByUser)
    {
        var wanted = Of(configuration);
        foreach (var resolver in resolvers.Resolvers)
        {
            resolver.Want(wanted.GetValueOrDefault(resolver.Resolver, []), coveredByUser);
        }

        foreach (var (name, certificates) in wanted.Where(entry => resolvers.Find(entry.Key) is null && !otherResolvers.Contains(entry.Key)))
        {
            foreach (var certificate in certificates)
            {
                LogNoResolver(logger, certificate.Because, name);
            }
        }
    }

    /// <summary>What is wanted, by resolver.</summary>
    public static Dictionary<string, List<WantedCertificate>> Of(RuntimeConfiguration configuration)
    {
        var wanted = new Dictionary<string, List<WantedCertificate>>(StringComparer.Ordinal);
        foreach (var router in configuration.HttpRouters.Values)
        {
            if (router.Config.Tls is { CertResolver.Length: > 0 } tls)
            {
                Add(wanted, tls.CertResolver, tls.Domains, () => RuleTree.HostsOf(router.Config.Rule, router.Config.RuleSyntax), $"router {router.Name}");
            }
        }

        foreach (var router in configuration.TcpRouters.Values)
        {
            if (router.Config.Tls is { CertResolver.Length: > 0 } tls)
            {
                Add(wanted, tls.CertResolver, tls.Domains, () => ServerNames(router.Config.Rule), $"TCP router {router.Name}");
            }
        }

        if (configuration.TlsStore is { DefaultCertificate: null, DefaultGeneratedCert: { Resolver.Length: > 0, Domain: { } domain } generated })
        {
            ListOf(wanted, generated.Resolver).Add(new WantedCertificate(domain.Main, domain.Sans, "tls.stores.default.defaultGeneratedCert") { IsDefault = true });
        }

        return wanted;
    }

    private static void Add(
        Dictionary<string, List<WantedCertificate>> wanted, string resolver, IReadOnlyList<TlsDomain> domains, Func<IReadOnlyList<string>> hostsOfRule, string because)
    {
        var list = ListOf(wanted, resolver);
        if (domains.Count > 0)
        {
            list.AddRange(domains.Where(domain => domain.Main.Length > 0 || domain.Sans.Count > 0).Select(domain => new WantedCertificate(domain.Main, domain.Sans, because)));
        }
        else if (hostsOfRule().Where(host => host != TlsSelector.EveryHost).ToList() is [var main, .. var sans])
        {
            list.Add(new WantedCertificate(main, sans, because));
        }
    }

    private static List<WantedCertificate> ListOf(Dictionary<string, List<WantedCertificate>> wanted, string resolver)
    {
        if (!wanted.TryGetValue(resolver, out var list))
        {
            wanted[resolver] = list = [];
        }

        return list;
    }

    private static IReadOnlyList<string> ServerNames(string rule)
    {
        try
        {
            return TcpRules.Read(rule).ArgumentsOf("HostSNI");
        }
        catch (ConfigurationException)
        {
            // The router itself reports what is wrong with its rule.
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Router uses a nonexistent certificate resolver: {Because}, certificateResolver {Resolver}")]
    private static partial void LogNoResolver(ILogger logger, string because, string resolver);
}
