using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>Falls back to another service (<c>http.services.NAME.failover</c>).</summary>
public sealed record FailoverOptions
{
    /// <summary>The main service. Default: none.</summary>
    public string Service { get; init; } = "";

    /// <summary>The service that steps in. Default: none.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Takes the health of the children into account. Default: no.</summary>
    [AllowEmpty]
    public PropagatedHealthOptions? HealthCheck { get; init; }

    /// <summary>Answers that count as a failure. Default: none.</summary>
    public FailoverErrorsOptions? Errors { get; init; }
}

/// <summary>Which answers of the main service are thrown away (<c>failover.errors</c>).</summary>
public sealed record FailoverErrorsOptions
{
    /// <summary>Statuses or ranges, such as <c>500-599</c>. Default: none.</summary>
    public IReadOnlyList<string> Status { get; init; } = [];

    /// <summary>The largest body in bytes that is kept for a second try; negative is no limit. Default: -1.</summary>
    [AlwaysShown]
    public long? MaxRequestBodyBytes { get; init; } = -1;
}

/// <summary>Asks the fallback where the main service is down, or where its answer counts as a failure.</summary>
internal sealed class Failover : HttpService
{
    private readonly HttpService main;
    private readonly HttpService fallback;
    private readonly StatusRanges? failures;
    private readonly long bodyLimit;
    private readonly bool followsHealth;

    private Failover(HttpService main, HttpService fallback, FailoverOptions options)
    {
        this.main = main;
        this.fallback = fallback;
        followsHealth = options.HealthCheck is not null;
        failures = options.Errors is { Status.Count: > 0 } errors ? StatusRanges.Parse(errors.Status) : null;
        bodyLimit = options.Errors?.MaxRequestBodyBytes ?? -1;
    }

    /// <inheritdoc/>
    public override string Label => "failover";

    /// <inheritdoc/>
    public override bool ReportsHealth => followsHealth;

    /// <inheritdoc/>
    public override bool IsUp => main.IsUp || fallback.IsUp;

    /// <summary>Builds it. Throws a configuration exception in Traefik's words.</summary>
    public static Failover Build(ServiceBuilder builder, string name, FailoverOptions options)
    {
        var main = builder.BuildChild(options.Service, name);
        var fallback = builder.BuildChild(options.Fallback, name);
        var service = new Failover(main, fallback, options);
        if (service.failures is null)
        {
            RequireHealth(main, options.Service, name);
        }

        if (service.followsHealth)
        {
            RequireHealth(fallback, options.Fallback, name);
        }

        return service;
    }

    /// <inheritdoc/>
    public override Task InvokeAsync(HttpContext context)
    {
        if (main.IsUp)
        {
            return failures is null ? main.InvokeAsync(context) : TryMainAsync(context, failures);
        }

        return fallback.IsUp
            ? fallback.InvokeAsync(context)
            : PlainAnswers.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, PlainAnswers.StatusText(StatusCodes.Status503ServiceUnavailable));
    }

    private async Task TryMainAsync(HttpContext context, StatusRanges replaced)
    {
        var request = context.Request;
        using var body = ReplayableBody.Of(request, bodyLimit);
        if (!await body.FillAsync(context.RequestAborted).ConfigureAwait(false))
        {
            await PlainAnswers.ErrorAsync(context, StatusCodes.Status413PayloadTooLarge, "Request body too large").ConfigureAwait(false);
            return;
        }

        var target = new RequestTarget();
        target.CopyFrom(RequestState.Of(context).Target);
        var original = request.Body;
        try
        {
            request.Body = body.OpenRead();
            if (await IsAnsweredAsync(context, replaced).ConfigureAwait(false))
            {
                return;
            }

            request.Body = body.OpenRead();
            RequestState.Of(context).Target.CopyFrom(target);
            await fallback.InvokeAsync(context).ConfigureAwait(false);
        }
        finally
        {
            request.Body = original;
        }
    }

    private async Task<bool> IsAnsweredAsync(HttpContext context, StatusRanges replaced)
    {
        var answer = new MainAnswer(context, replaced);
        answer.Attach();
        try
        {
            await main.InvokeAsync(context).ConfigureAwait(false);
            await answer.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            answer.Detach();
        }

        return !answer.IsDropped;
    }

    private sealed class MainAnswer(HttpContext context, StatusRanges replaced) : ResponseInterceptor(context)
    {
        protected override bool Accept() => !replaced.Contains(StatusCode);
    }
}
