using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;

namespace Ingress.Proxy.Api;

/// <summary>The proxy's own services, one line each; a service is there only where the static configuration asks for it.</summary>
internal static class InternalServices
{
    /// <summary>The services for these settings.</summary>
    public static IEnumerable<IInternalService> Of(StaticConfiguration settings, ProxyHost host)
    {
        yield return new NoopService();
        yield return new DemoService();
        if (settings.Ping is { } ping)
        {
            yield return new PingService(ping, () => host.IsStopping);
        }

        if (settings.Api is { } api)
        {
            var dashboard = api.Dashboard ? new DashboardService(api) : null;
            yield return new ApiService(settings, host, dashboard);
            if (dashboard is not null)
            {
                yield return dashboard;
            }
        }
    }
}
