using System.Net;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Pipeline.Services;
using Ingress.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tests.Pipeline.Services;

/// <summary>A web server whose every request goes to one service, as the last part of the pipeline does it.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly CancellationTokenSource ending = new();
    private RequestDelegate? handler;
    private StateStore? state;

    private ServiceHost(WebApplication application) => this.application = application;

    /// <summary>The lines logged so far.</summary>
    public LogCollector Log { get; } = new();

    /// <summary>The snapshot in force.</summary>
    public RuntimeConfiguration Configuration { get; private set; } = new();

    /// <summary>The last request's outcome.</summary>
    public RequestState? LastState { get; private set; }

    /// <summary>The port.</summary>
    public int Port => new Uri(application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

    /// <summary>A client that follows no redirects and keeps no cookies.</summary>
    public HttpClient Client { get; private set; } = new();

    public static async Task<ServiceHost> StartAsync(HttpServiceConfig service, Dictionary<string, ServersTransportConfig>? transports = null)
        => await StartAsync(new Dictionary<string, HttpServiceConfig> { ["main"] = service }, transports);

    public static async Task<ServiceHost> StartAsync(Dictionary<string, HttpServiceConfig> services, Dictionary<string, ServersTransportConfig>? transports = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => async connection =>
                {
                    using var client = ConnectionState.Of(connection.RemoteEndPoint, 0);
                    connection.Features.Set(client);
                    await next(connection);
                });
            });
        });
        builder.Logging.ClearProviders();
        var host = new ServiceHost(builder.Build());
        host.Load(services, transports);
        host.application.Run(host.AnswerAsync);
        await host.application.StartAsync();
        host.Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{host.Port}") };
        return host;
    }

    /// <summary>A load balancer over these URLs.</summary>
    public static HttpServiceConfig Balancing(params string[] urls) => new()
    {
        LoadBalancer = new LoadBalancerOptions { Servers = [.. urls.Select(url => new ServerOptions { Url = url })] },
    };

    /// <summary>Replaces the snapshot as a reload does. The service called main takes the requests.</summary>
    public void Load(Dictionary<string, HttpServiceConfig> services, Dictionary<string, ServersTransportConfig>? transports = null)
    {
        Configuration = new RuntimeConfiguration
        {
            HttpServices = services.ToDictionary(pair => pair.Key + "@file", pair => new RuntimeObject<HttpServiceConfig>(pair.Key + "@file", pair.Value)),
            ServersTransports = (transports ?? []).ToDictionary(pair => pair.Key + "@file", pair => pair.Value),
        };
        var build = new PipelineBuild
        {
            Configuration = Configuration,
            State = new StateStore(state),
            Loggers = Log,
            Time = TimeProvider.System,
            InternalServices = new Dictionary<string, IInternalService>(),
        };
        handler = new ServiceBuilder(build).Build("main@file", "router@file");
        state = build.State;
        foreach (var loop in build.Background)
        {
            _ = loop(ending.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        Client.Dispose();
        await application.DisposeAsync();
        ending.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var request = new RequestState { Host = context.Request.Host.Value ?? "", PeerHost = "127.0.0.1", PeerAddress = IPAddress.Loopback };
        request.Context = context;
        request.Pinned = context.Features.GetRequiredFeature<ConnectionState>().Pinned;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        Assert.True(request.Target.TrySetEscapedPath(mark < 0 ? target : target[..mark]));
        request.Target.RawQuery = mark < 0 ? "" : target[(mark + 1)..];
        context.Features.Set(request);
        LastState = request;
        return handler!(context);
    }
}
