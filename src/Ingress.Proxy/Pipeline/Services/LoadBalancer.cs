using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Services.Balancing;
using Ingress.Proxy.Pipeline.Services.Health;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Balances requests over servers (<c>http.services.NAME.loadBalancer</c>).</summary>
public sealed record LoadBalancerOptions
{
    /// <summary>Keeps a client at its server by a cookie. Default: none.</summary>
    public StickyOptions? Sticky { get; init; }

    /// <summary>The servers. Default: none.</summary>
    [LabelItem("server")]
    public IReadOnlyList<ServerOptions> Servers { get; init; } = [];

    /// <summary>How a server is chosen: <c>wrr</c>, <c>p2c</c>, <c>hrw</c> or <c>leasttime</c>. Default: <c>wrr</c>.</summary>
    public string Strategy { get; init; } = "wrr";

    /// <summary>Probes the servers. Default: none.</summary>
    public HealthCheckOptions? HealthCheck { get; init; }

    /// <summary>Watches the requests for failing servers. Default: none.</summary>
    [AllowEmpty]
    public PassiveHealthCheckOptions? PassiveHealthCheck { get; init; }

    /// <summary>Passes the client's Host on; otherwise the server's. Default: true.</summary>
    [AlwaysShown]
    public bool? PassHostHeader { get; init; } = true;

    /// <summary>How answers are forwarded. Default: flushed every 100 ms.</summary>
    public ResponseForwardingOptions? ResponseForwarding { get; init; } = new();

    /// <summary>The transport. Default: the static one.</summary>
    public string ServersTransport { get; init; } = "";
}

/// <summary>One server of a load balancer.</summary>
public sealed record ServerOptions
{
    /// <summary>Its address; scheme <c>http</c>, <c>https</c> or <c>h2c</c>. Default: none.</summary>
    [Key("url")]
    public string Url { get; init; } = "";

    /// <summary>Its share; 0 or less excludes it. Default: 1.</summary>
    [AlwaysShown]
    public int? Weight { get; init; }

    /// <summary>Puts the URL's path before the request's. Default: false.</summary>
    public bool PreservePath { get; init; }

    /// <summary>Whether the server is going away and only takes sticky clients; set by providers. Default: false.</summary>
    [NotFromLabels]
    public bool Fenced { get; init; }

    /// <summary>Labels only: the scheme of the container's address. Default: <c>http</c>.</summary>
    [NotShown]
    public string Scheme { get; init; } = "";

    /// <summary>Labels only: the port of the container's address. Default: none.</summary>
    [NotShown]
    public string Port { get; init; } = "";
}

/// <summary>How answers are forwarded (<c>responseForwarding</c>).</summary>
public sealed record ResponseForwardingOptions
{
    /// <summary>Time between two flushes; negative flushes each write. Default: 100ms.</summary>
    public GoDuration FlushInterval { get; init; } = GoDuration.FromMilliseconds(100);
}

/// <summary>Balances requests over servers.</summary>
internal sealed partial class LoadBalancer : HttpService
{
    private readonly string name;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private long lastLogged = long.MinValue;
    private readonly TargetPool pool;
    private readonly Forwarder[] forwarders;
    private readonly PassiveHealthCheck? passive;
    private readonly bool watchesHealth;
    private readonly bool followsRequests;

    private LoadBalancer(string name, PipelineBuild snapshot, TargetPool pool, Forwarder[] forwarders, PassiveHealthCheck? passive, bool watchesHealth)
    {
        this.name = name;
        time = snapshot.Time;
        logger = snapshot.Loggers.CreateLogger<LoadBalancer>();
        this.pool = pool;
        this.forwarders = forwarders;
        this.passive = passive;
        this.watchesHealth = watchesHealth;
        followsRequests = passive is not null || pool.Strategy.CountsRequests;
    }

    /// <inheritdoc/>
    public override string Label => pool.Strategy.Label;

    /// <inheritdoc/>
    public override bool ReportsHealth => watchesHealth;

    /// <inheritdoc/>
    public override bool IsUp => pool.HasUp;

    /// <summary>Builds it. Throws a configuration exception in Traefik's words.</summary>
    public static LoadBalancer Build(ServiceBuilder builder, RuntimeObject<HttpServiceConfig> runtime, LoadBalancerOptions options)
    {
        options = Complete(runtime, options);
        var snapshot = builder.Snapshot;
        var pool = snapshot.State.Get("loadBalancer", runtime.Name, RecordJson.Canonical(options), () => TargetPool.ForServers(options));
        var urls = new ServerUrl[options.Servers.Count];
        var transport = Connect(snapshot, options, urls);
        var forwarders = new Forwarder[pool.Targets.Length];
        for (var i = 0; i < forwarders.Length; i++)
        {
            var target = pool.Targets[i];
            forwarders[i] = new Forwarder(urls[pool.Places[i]], transport!, SettingsFor(runtime.Name, options, pool, target) with { MarksFastProxy = snapshot.MarksFastProxy && !transport!.MayNegotiate(urls[pool.Places[i]]) }, snapshot);
        }

        foreach (var url in urls)
        {
            runtime.SetServer(url.Text, isUp: true);
        }

        foreach (var target in pool.Targets)
        {
            runtime.SetServer(target.Name, target.IsProbedUp);
        }

        if (options.HealthCheck is { } check)
        {
            ActiveHealthCheck.Start(snapshot, runtime, check, pool, Array.ConvertAll(pool.Places, place => urls[place]), transport);
        }

        var passive = options.PassiveHealthCheck is { } watch ? new PassiveHealthCheck(watch, pool, snapshot, runtime.Name, options.HealthCheck is not null) : null;
        return new LoadBalancer(runtime.Name, snapshot, pool, forwarders, passive, options.HealthCheck is not null || passive is not null);
    }

    /// <inheritdoc/>
    public override Task InvokeAsync(HttpContext context)
    {
        var target = pool.Choose(context);
        if (target is null)
        {
            SayNoServer();
            return NoServerAsync(context);
        }

        var forwarder = forwarders[target.Index];
        return followsRequests ? FollowAsync(context, target, forwarder) : forwarder.SendAsync(context);
    }

    // At most one line a second: a service that is down must not fill the disk.
    private void SayNoServer()
    {
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref lastLogged);
        if ((last == long.MinValue || time.GetElapsedTime(last, now) >= TimeSpan.FromSeconds(1)) && Interlocked.CompareExchange(ref lastLogged, now, last) == last)
        {
            LogNoServer(logger, name, pool.Targets.Length);
        }
    }

    private async Task FollowAsync(HttpContext context, BalancedTarget target, Forwarder forwarder)
    {
        target.Begin();
        try
        {
            await forwarder.SendAsync(context).ConfigureAwait(false);
        }
        finally
        {
            target.End();
            passive?.Observe(target, RequestState.Of(context));
        }
    }

    private static LoadBalancerOptions Complete(RuntimeObject<HttpServiceConfig> runtime, LoadBalancerOptions options)
    {
        var completed = options;
        if (options.ServersTransport.Length > 0)
        {
            completed = completed with { ServersTransport = QualifiedName.Resolve(options.ServersTransport, runtime.Name) };
        }

        if (options.Sticky?.Cookie is { } cookie)
        {
            var name = cookie.Name.Length == 0 ? StickyCookie.DefaultName(runtime.Name) : StickyCookie.CleanName(cookie.Name);
            completed = completed with { Sticky = new StickyOptions { Cookie = cookie with { Name = name } } };
        }

        runtime.Complete(runtime.Config with { LoadBalancer = completed });
        return completed;
    }

    private static ServersTransport? Connect(PipelineBuild snapshot, LoadBalancerOptions options, ServerUrl[] urls)
    {
        ServersTransport? transport = null;
        for (var i = 0; i < urls.Length; i++)
        {
            var server = options.Servers[i];
            urls[i] = ServerUrl.Parse(server.Url, server.PreservePath);
            try
            {
                transport ??= ServersTransport.Get(snapshot, options.ServersTransport);
            }
            catch (ConfigurationException fault)
            {
                throw new ConfigurationException($"error building proxy for server URL {server.Url}: getting RoundTripper: {fault.Message}", fault);
            }
        }

        return transport;
    }

    private static ForwarderSettings SettingsFor(string service, LoadBalancerOptions options, TargetPool pool, BalancedTarget target) => new()
    {
        Service = service,
        PassHostHeader = options.PassHostHeader ?? true,
        Answered = pool.Strategy.TimesAnswers ? target.AnswerTimes.Add : null,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Requests to {Service} are answered with 503: none of its {Servers} servers is up")]
    private static partial void LogNoServer(ILogger logger, string service, int servers);
}
