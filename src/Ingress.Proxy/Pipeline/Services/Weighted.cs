using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Services.Balancing;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Balances requests over services by weight (<c>http.services.NAME.weighted</c>).</summary>
public sealed record WeightedOptions
{
    /// <summary>The services. Default: none.</summary>
    public IReadOnlyList<WeightedChild> Services { get; init; } = [];

    /// <summary>Keeps a client at its service by a cookie. Default: none.</summary>
    public StickyOptions? Sticky { get; init; }

    /// <summary>Takes the health of the children into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }
}

/// <summary>One service in a weighted service.</summary>
public sealed record WeightedChild
{
    /// <summary>The service's name. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its share; 0 gets nothing. Default: 1.</summary>
    [AlwaysShown]
    public int? Weight { get; init; } = 1;
}

/// <summary>Asks a composed service to follow the health of its children (<c>healthCheck: {}</c>); it has no options.</summary>
public sealed record PropagatedHealthOptions;

/// <summary>Balances over services by weight.</summary>
internal static class Weighted
{
    /// <summary>Builds it. Throws a configuration exception in Traefik's words.</summary>
    public static ComposedService Build(ServiceBuilder builder, RuntimeObject<HttpServiceConfig> runtime, WeightedOptions options)
    {
        if (options.Sticky?.Cookie is { } cookie)
        {
            var name = cookie.Name.Length == 0 ? StickyCookie.DefaultName(runtime.Name) : StickyCookie.CleanName(cookie.Name);
            options = options with { Sticky = new StickyOptions { Cookie = cookie with { Name = name } } };
            runtime.Complete(runtime.Config with { Weighted = options });
        }

        var pool = builder.Snapshot.State.Get("weighted", runtime.Name, RecordJson.Canonical(options), () => TargetPool.ForServices(
            options.Services.Select(child => (child.Name, child.Weight ?? 1)), targets => new WeightedRoundRobin(targets), options.Sticky));
        return ComposedService.Build(builder, runtime.Name, [.. options.Services.Select(child => child.Name)], pool, options.HealthCheck is not null);
    }
}
