using System.Runtime.CompilerServices;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Templating;
using Ingress.Proxy.Pipeline.Services;

namespace Ingress.Providers.Labels;

/// <summary>Makes routers, services and middlewares of a workload's labels, and adds what they leave out: service, rule, server.</summary>
internal sealed partial class LabelTranslator
{
    // Labels that stay the same object are read once; what was read goes with them.
    private readonly ConditionalWeakTable<IReadOnlyDictionary<string, string>, Reading> readings = [];
    private readonly DecoderSettings decoding;
    private readonly GoTemplate defaultRule;

    /// <summary>Takes the catalogs over and reads the default rule.</summary>
    /// <exception cref="TemplateException">The default rule is no template.</exception>
    public LabelTranslator(DecoderSettings decoding, string defaultRule)
    {
        this.decoding = decoding with { FromLabels = true };
        this.defaultRule = GoTemplate.Parse("defaultRule", defaultRule, TemplateFunctionSet.DefaultRule);
    }

    /// <summary>What the workload asks for, or null where it must be left out; the findings say why.</summary>
    public WorkloadConfiguration? Translate(Workload workload, Findings findings)
    {
        if (Decode(workload, findings) is not { } configuration)
        {
            return null;
        }

        var isTcpOrUdp = configuration.HasTcp || configuration.HasUdp;
        var fault = (configuration.HasTcp ? AddTcp(workload, configuration, findings) : null)
            ?? (configuration.HasUdp ? AddUdp(workload, configuration, findings) : null)
            ?? (isTcpOrUdp && !configuration.HasHttp ? null : AddHttp(workload, configuration, findings));
        if (fault is not null)
        {
            findings.Rejected(workload.DisplayName, fault);
            return null;
        }

        return configuration;
    }

    private WorkloadConfiguration? Decode(Workload workload, Findings findings)
    {
        var reading = readings.GetValue(workload.Labels, Read);
        foreach (var warning in reading.Warnings)
        {
            findings.Warning(workload.DisplayName, warning);
        }

        if (reading.Configuration is null)
        {
            findings.Rejected(workload.DisplayName, reading.Fault);
            return null;
        }

        return WorkloadConfiguration.Of(reading.Configuration);
    }

    private Reading Read(IReadOnlyDictionary<string, string> labels)
    {
        List<string> warnings = [.. LabelNames.Mistaken(labels)];
        var read = LabelReader.Read(labels.Where(LabelNames.IsOurs), LabelNames.Root, "http", "tcp", "udp", "tls.stores.default");
        if (read.Faults.Count > 0)
        {
            return new Reading(null, warnings, string.Join("; ", read.Faults));
        }

        if (read.Root is null)
        {
            return new Reading(new DynamicConfiguration(), warnings);
        }

        var decoded = Decoder.Decode<DynamicConfiguration>(read.Root, decoding);
        warnings.AddRange(decoded.Warnings.Select(warning => warning.ToString()));
        return new Reading(decoded.Succeeded ? decoded.Value : null, warnings, string.Join("; ", decoded.Faults));
    }

    private string? AddHttp(Workload workload, WorkloadConfiguration configuration, Findings findings)
    {
        var services = configuration.Services;
        if (services.Count == 0)
        {
            services[workload.Name] = new HttpServiceConfig { LoadBalancer = new LoadBalancerOptions() };
        }

        foreach (var (name, service) in services.ToArray())
        {
            if (service.LoadBalancer is not { } balancer)
            {
                return $"service \"{name}\" error: load-balancer is not defined";
            }

            if (!workload.Serves)
            {
                // Without a server, also where labels gave a port: an empty address would only make requests fail.
                services[name] = service with { LoadBalancer = balancer with { Servers = [] } };
                continue;
            }

            if (WithAddress(workload, balancer.Servers.Count > 0 ? balancer.Servers[0] : new ServerOptions(), findings, out var server) is { } fault)
            {
                return $"service \"{name}\" error: {fault}";
            }

            services[name] = service with { LoadBalancer = balancer with { Servers = [server] } };
        }

        AddRouters(workload, configuration, findings);
        return null;
    }

    private static string? WithAddress(Workload workload, ServerOptions given, Findings findings, out ServerOptions server)
    {
        server = given;
        if (given.Url.Length > 0)
        {
            return given.Scheme.Length > 0 || given.Port.Length > 0 ? "defining scheme or port is not allowed when URL is defined" : null;
        }

        if (Address(workload, given.Port, findings, out var address) is { } fault)
        {
            return fault;
        }

        server = given with { Url = $"{(given.Scheme.Length > 0 ? given.Scheme : "http")}://{address}", Scheme = "", Port = "" };
        return null;
    }

    /// <summary>The workload's <c>host:port</c>, or what is wrong.</summary>
    private static string? Address(Workload workload, string labelledPort, Findings findings, out string address)
    {
        address = "";
        var place = workload.Locate(labelledPort);
        if (place.Host.Length == 0)
        {
            return $"unable to find the IP address for the container \"{workload.DisplayName}\": {place.Note}";
        }

        if (place.Note.Length > 0)
        {
            findings.Warning(workload.DisplayName, place.Note);
        }

        if (place.Port.Length == 0)
        {
            return "port is missing: the container exposes none; set the label traefik.http.services.NAME.loadbalancer.server.port";
        }

        address = place.Host.Contains(':', StringComparison.Ordinal) ? $"[{place.Host}]:{place.Port}" : $"{place.Host}:{place.Port}";
        return null;
    }

    private void AddRouters(Workload workload, WorkloadConfiguration configuration, Findings findings)
    {
        var (routers, services) = (configuration.Routers, configuration.Services);
        if (routers.Count == 0)
        {
            if (services.Count > 1)
            {
                findings.Warning(workload.DisplayName, $"Could not create a router for the container: too many services: {Names(services)}; give a router label that names one");
                return;
            }

            routers[workload.Name] = new HttpRouterConfig();
        }

        foreach (var (name, router) in routers.ToArray())
        {
            if (Complete(workload, services, router, out var complete) is { } fault)
            {
                findings.Rejected(workload.DisplayName, $"Router {name} {fault}");
                routers.Remove(name);
            }
            else
            {
                routers[name] = complete;
            }
        }
    }

    /// <summary>Gives a router the default rule and the only service; says what is wrong where that is not possible.</summary>
    private string? Complete(Workload workload, Dictionary<string, HttpServiceConfig> services, HttpRouterConfig router, out HttpRouterConfig complete)
    {
        complete = router;
        if (router.Rule.Length == 0)
        {
            try
            {
                var rule = defaultRule.Execute(new { workload.Name, ContainerName = workload.DisplayName, workload.Labels });
                if (rule.Length == 0)
                {
                    return "has no rule: the default rule gives none (Undefined rule)";
                }

                complete = router with { Rule = rule, UsesDefaultRule = true };
            }
            catch (TemplateException exception)
            {
                return $"has no rule: Error while parsing default rule: {exception.Message}";
            }
        }

        if (router.Service.Length > 0)
        {
            return null;
        }

        if (services.Count != 1)
        {
            return $"cannot be linked automatically with multiple Services: [{Names(services)}]";
        }

        complete = complete with { Service = services.Keys.First() };
        return null;
    }

    private static string Names<T>(Dictionary<string, T> map) => string.Join(' ', map.Keys.Order(StringComparer.Ordinal).Select(name => $"\"{name}\""));

    /// <summary>What labels say.</summary>
    /// <param name="Configuration">What they ask for; null where something is wrong.</param>
    /// <param name="Warnings">What is passed over.</param>
    /// <param name="Fault">What is wrong.</param>
    private sealed record Reading(DynamicConfiguration? Configuration, IReadOnlyList<string> Warnings, string Fault = "");
}
