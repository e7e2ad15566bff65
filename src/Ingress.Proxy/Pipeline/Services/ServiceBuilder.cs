using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Middlewares;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Names to handlers for one snapshot: each service is built once, with the services inside it, and faults are left on its status.</summary>
internal sealed class ServiceBuilder(PipelineBuild build, MiddlewareChain? middlewares = null)
{
    private const string InternalSuffix = "@internal";

    private readonly Dictionary<string, HttpService> built = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigurationException> failed = new(StringComparer.Ordinal);
    private readonly List<string> underWay = [];

    /// <summary>The snapshot that is built.</summary>
    public PipelineBuild Snapshot => build;

    /// <summary>The handler of a service. Throws a configuration exception where it is missing, broken or calls itself; the text is Traefik's.</summary>
    /// <param name="qualifiedName">The service's name with its provider.</param>
    /// <param name="owner">The router (or middleware) that it is built for.</param>
    public RequestDelegate Build(string qualifiedName, string owner)
    {
        _ = owner;
        return BuildService(qualifiedName).InvokeAsync;
    }

    /// <summary>A service inside another one; its faults are told with its name as it stands in the configuration.</summary>
    public HttpService BuildChild(string name, string parent)
    {
        try
        {
            return BuildService(QualifiedName.Resolve(name, parent));
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"building HTTP service \"{name}\": {fault.Message}", fault);
        }
    }

    private HttpService BuildService(string name)
    {
        if (built.TryGetValue(name, out var ready))
        {
            return ready;
        }

        if (failed.TryGetValue(name, out var known))
        {
            throw known;
        }

        if (name.EndsWith(InternalSuffix, StringComparison.Ordinal) && !build.Configuration.HttpServices.ContainsKey(name))
        {
            return built[name] = BuildInternal(name);
        }

        var runtime = build.Configuration.HttpServices.GetValueOrDefault(name) ?? throw new ConfigurationException($"the service \"{name}\" does not exist");
        try
        {
            CheckRecursion(name);
            underWay.Add(name);
            try
            {
                return built[name] = BuildConfigured(name, runtime);
            }
            finally
            {
                underWay.RemoveAt(underWay.Count - 1);
            }
        }
        catch (ConfigurationException fault)
        {
            runtime.AddError(fault.Message, critical: true);
            if (!underWay.Contains(name))
            {
                failed[name] = fault;
            }

            throw;
        }
    }

    private void CheckRecursion(string name)
    {
        if (underWay.Contains(name))
        {
            var path = string.Join("->", underWay.Append(name).Select(service => "service:" + service));
            throw new ConfigurationException($"could not instantiate service {name}: recursion detected in {path}");
        }
    }

    private HttpService BuildConfigured(string name, RuntimeObject<HttpServiceConfig> runtime)
    {
        var config = runtime.Config;
        if (Kinds(config) > 1)
        {
            throw new ConfigurationException("cannot create service: multi-types service not supported, consider declaring two different pieces of service instead");
        }

        HttpService service = config switch
        {
            { LoadBalancer: { } options } => LoadBalancer.Build(this, runtime, options),
            { Weighted: { } options } => Weighted.Build(this, runtime, options),
            { HighestRandomWeight: { } options } => HighestRandomWeight.Build(this, runtime, options),
            { Mirroring: { } options } => Mirroring.Build(this, name, options),
            { Failover: { } options } => Failover.Build(this, name, options),
            _ when name.EndsWith(InternalSuffix, StringComparison.Ordinal) => BuildInternal(name),
            _ => throw new ConfigurationException($"the service \"{name}\" does not have any type defined"),
        };
        if (config.Middlewares.Count == 0 || middlewares is null)
        {
            return service;
        }

        return new ServiceWithMiddlewares(service, middlewares.Wrap(config.Middlewares, name, service.InvokeAsync));
    }

    private static int Kinds(HttpServiceConfig config)
        => (config.LoadBalancer is null ? 0 : 1) + (config.Weighted is null ? 0 : 1) + (config.HighestRandomWeight is null ? 0 : 1)
            + (config.Mirroring is null ? 0 : 1) + (config.Failover is null ? 0 : 1);

    private InternalService BuildInternal(string name)
    {
        var local = QualifiedName.LocalName(name);
        return build.InternalServices.TryGetValue(local, out var service)
            ? new InternalService(service)
            : throw new ConfigurationException(local switch
            {
                "api" or "dashboard" or "ping" or "prometheus" or "rest" => $"{local} is not enabled",
                "acme-http" => "HTTP challenge is not enabled",
                _ => $"unknown internal service {name}",
            });
    }

    private sealed class InternalService(Extensibility.IInternalService service) : HttpService
    {
        public override string Label => "internal";

        public override Task InvokeAsync(HttpContext context) => service.InvokeAsync(context);
    }
}
