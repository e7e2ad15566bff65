using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Sends copies of requests to further services (<c>http.services.NAME.mirroring</c>).</summary>
public sealed record MirroringOptions
{
    /// <summary>The service that answers. Default: none.</summary>
    public string Service { get; init; } = "";

    /// <summary>Whether bodies are copied too. Default: true.</summary>
    [AlwaysShown]
    public bool? MirrorBody { get; init; } = true;

    /// <summary>The largest body in bytes that is mirrored; negative is no limit. Default: -1.</summary>
    [AlwaysShown]
    public long? MaxBodySize { get; init; } = -1;

    /// <summary>The services that get copies. Default: none.</summary>
    public IReadOnlyList<MirrorOptions> Mirrors { get; init; } = [];

    /// <summary>Takes the health of the main service into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }
}

/// <summary>One service that gets copies.</summary>
public sealed record MirrorOptions
{
    /// <summary>The service's name. Default: none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The share of requests, 0 to 100. Default: 0.</summary>
    public int Percent { get; init; }
}

/// <summary>Has one service answer and sends copies of some requests to others, whose answers nobody sees.</summary>
internal sealed partial class Mirroring : HttpService
{
    private const int MostUnderWay = 1000;

    private readonly HttpService main;
    private readonly HttpService[] mirrors;
    private readonly MirrorShares shares;
    private readonly bool mirrorsBody;
    private readonly long bodyLimit;
    private readonly bool followsHealth;
    private readonly string name;
    private readonly ILogger logger;
    private int underWay;

    private Mirroring(ServiceBuilder builder, string name, MirroringOptions options)
    {
        this.name = name;
        main = builder.BuildChild(options.Service, name);
        mirrors = [.. options.Mirrors.Select(mirror => builder.BuildChild(mirror.Name, name))];
        shares = builder.Snapshot.State.Get("mirroring", name, RecordJson.Canonical(options), () => new MirrorShares([.. options.Mirrors.Select(mirror => mirror.Percent)]));
        mirrorsBody = options.MirrorBody ?? true;
        bodyLimit = options.MaxBodySize ?? -1;
        followsHealth = options.HealthCheck is not null;
        logger = builder.Snapshot.Loggers.CreateLogger<Mirroring>();
    }

    /// <inheritdoc/>
    public override string Label => "mirroring";

    /// <inheritdoc/>
    public override bool ReportsHealth => followsHealth;

    /// <inheritdoc/>
    public override bool IsUp => main.IsUp;

    /// <summary>Builds it. Throws a configuration exception in Traefik's words.</summary>
    public static Mirroring Build(ServiceBuilder builder, string name, MirroringOptions options)
    {
        var service = new Mirroring(builder, name, options);
        if (options.Mirrors.Any(mirror => mirror.Percent is < 0 or > 100))
        {
            throw new ConfigurationException("percent must be between 0 and 100");
        }

        if (service.followsHealth)
        {
            RequireHealth(service.main, options.Service, name);
        }

        return service;
    }

    /// <inheritdoc/>
    public override Task InvokeAsync(HttpContext context)
    {
        var chosen = shares.Next();
        return chosen is null ? main.InvokeAsync(context) : MirrorAsync(context, chosen);
    }

    private async Task MirrorAsync(HttpContext context, int[] chosen)
    {
        var request = context.Request;
        var original = request.Body;
        using var body = mirrorsBody ? ReplayableBody.Of(request, bodyLimit) : null;
        try
        {
            var copies = CopiedRequest.Of(context, body);
            if (body is not null)
            {
                var isKept = await body.FillAsync(context.RequestAborted).ConfigureAwait(false);
                request.Body = body.OpenRead();
                copies = isKept ? copies : null;
            }

            await main.InvokeAsync(context).ConfigureAwait(false);
            if (copies is not null && !context.RequestAborted.IsCancellationRequested)
            {
                Send(copies, chosen);
            }
        }
        finally
        {
            request.Body = original;
        }
    }

    private void Send(CopiedRequest request, int[] chosen)
    {
        if (Interlocked.Increment(ref underWay) > MostUnderWay)
        {
            Interlocked.Decrement(ref underWay);
            LogTooMany(logger, name, MostUnderWay);
            return;
        }

        request.Retain();
        _ = Task.Run(() => SendAsync(request, chosen));
    }

    private async Task SendAsync(CopiedRequest request, int[] chosen)
    {
        try
        {
            foreach (var mirror in chosen)
            {
                await mirrors[mirror].InvokeAsync(request.NewContext()).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            LogFailed(logger, name, fault);
        }
        finally
        {
            request.Release();
            Interlocked.Decrement(ref underWay);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A mirror of {Service} failed")]
    private static partial void LogFailed(ILogger logger, string service, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request to {Service} is not mirrored: {Limit} copies are still under way")]
    private static partial void LogTooMany(ILogger logger, string service, int limit);
}

/// <summary>Counts out the shares of mirrors, exactly: of every hundred requests a mirror of 10 percent gets ten.</summary>
internal sealed class MirrorShares(int[] percents)
{
    private readonly Lock gate = new();
    private readonly long[] counts = new long[percents.Length];
    private long total;

    /// <summary>The mirrors of the next request; null for none.</summary>
    public int[]? Next()
    {
        if (percents.Length == 0)
        {
            return null;
        }

        List<int>? chosen = null;
        lock (gate)
        {
            total++;
            for (var i = 0; i < percents.Length; i++)
            {
                if (counts[i] * 100 < total * percents[i])
                {
                    counts[i]++;
                    (chosen ??= []).Add(i);
                }
            }
        }

        return chosen?.ToArray();
    }
}
