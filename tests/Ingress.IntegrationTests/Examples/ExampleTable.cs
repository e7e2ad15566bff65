using System.Text;
using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Services;
using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.IntegrationTests.Examples;

/// <summary>A configuration in force as a table that can be read: what labels and files gave, without what the proxy adds by itself.</summary>
internal sealed class ExampleTable
{
    private readonly StringBuilder text = new();

    private ExampleTable()
    {
    }

    /// <summary>The table of all objects of these providers.</summary>
    public static string Of(RuntimeConfiguration runtime, params IReadOnlyList<string> providers)
    {
        var table = new ExampleTable();
        table.Objects("router", runtime.HttpRouters, providers, table.Router);
        table.Objects("service", runtime.HttpServices, providers, table.Service);
        table.Objects("middleware", runtime.HttpMiddlewares, providers, middleware => table.Line("is", Json(middleware)));
        table.Objects("TCP router", runtime.TcpRouters, providers, table.TcpRouter);
        table.Objects("TCP service", runtime.TcpServices, providers, table.TcpService);
        table.Objects("TCP middleware", runtime.TcpMiddlewares, providers, middleware => table.Line("is", Json(middleware)));
        table.Objects("UDP router", runtime.UdpRouters, providers, router => table.Line("on", string.Join(", ", router.EntryPoints), "to", router.Service));
        table.Objects("UDP service", runtime.UdpServices, providers, service => table.Line("servers", string.Join(", ", service.LoadBalancer!.Servers.Select(server => server.Address))));
        foreach (var finding in providers.SelectMany(provider => runtime.Findings.GetValueOrDefault(provider) ?? []).OrderBy(finding => finding.Subject, StringComparer.Ordinal))
        {
            table.text.Append($"container {finding.Subject}: {finding.Outcome}{(finding.Reason.Length > 0 ? ", " + finding.Reason : "")}\n");
        }

        return table.text.ToString();
    }

    private static string Json(object record)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, RecordJson.WriterOptions))
        {
            RecordJson.Write(writer, record);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void Objects<T>(string kind, IReadOnlyDictionary<string, RuntimeObject<T>> all, IReadOnlyList<string> providers, Action<T> describe)
    {
        foreach (var (name, item) in all.Where(pair => providers.Contains(pair.Value.Provider)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append($"{kind} {name}: {item.Status.ToString().ToLowerInvariant()}{(item.Errors.Count > 0 ? ", " + string.Join("; ", item.Errors) : "")}\n");
            describe(item.Config);
        }
    }

    private void Router(HttpRouterConfig router)
    {
        Line("rule", router.Rule);
        Line("on", string.Join(", ", router.EntryPoints), "priority", router.Priority == 0 ? "" : $"{router.Priority}");
        Line("through", string.Join(", ", router.Middlewares), "to", router.Service);
        Tls(router.Tls is not null, router.Tls?.CertResolver, router.Tls?.Options, router.Tls?.Domains);
    }

    private void TcpRouter(TcpRouterConfig router)
    {
        Line("rule", router.Rule);
        Line("on", string.Join(", ", router.EntryPoints), "priority", router.Priority == 0 ? "" : $"{router.Priority}");
        Line("through", string.Join(", ", router.Middlewares), "to", router.Service);
        Tls(router.Tls is not null, router.Tls?.CertResolver, router.Tls?.Options, router.Tls?.Domains);
    }

    private void Tls(bool isOn, string? resolver, string? options, IReadOnlyList<TlsDomain>? domains)
    {
        if (isOn)
        {
            var names = string.Join("; ", (domains ?? []).Select(domain => string.Join(", ", [domain.Main, .. domain.Sans])));
            Line("TLS", resolver is { Length: > 0 } ? "by " + resolver : "with the certificates at hand", "options", options is null or "default" ? "" : options, "for", names);
        }
    }

    private void Service(HttpServiceConfig service)
    {
        if (service.LoadBalancer is not { } balancer)
        {
            Line("is", Json(service));
            return;
        }

        Line("servers", string.Join(", ", balancer.Servers.Select(server => server.Url)));
        var rest = Json(balancer with { Servers = [] });
        Line("with", rest == Json(new LoadBalancerOptions()) ? "" : rest);
    }

    private void TcpService(TcpServiceConfig service)
    {
        Line("servers", string.Join(", ", service.LoadBalancer!.Servers.Select(server => server.Address)));
        var rest = Json(service.LoadBalancer with { Servers = [] });
        Line("with", rest == Json(new TcpLoadBalancerOptions()) ? "" : rest);
    }

    /// <summary>Pairs of a word and a text on one line; those without a text are left out.</summary>
    private void Line(params ReadOnlySpan<string> pairs)
    {
        var start = text.Length;
        for (var index = 0; index < pairs.Length; index += 2)
        {
            if (pairs[index + 1].Length > 0)
            {
                text.Append("  ").Append(pairs[index]).Append(' ').Append(pairs[index + 1]);
            }
        }

        if (text.Length > start)
        {
            text.Append('\n');
        }
    }
}
