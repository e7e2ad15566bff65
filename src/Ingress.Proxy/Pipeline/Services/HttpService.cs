using Ingress.Proxy.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>One service of a snapshot, built and ready for requests.</summary>
internal abstract class HttpService
{
    /// <summary>Whether its health is watched, so that a service above it may follow.</summary>
    public virtual bool ReportsHealth => false;

    /// <summary>Its kind in Traefik's error texts.</summary>
    public abstract string Label { get; }

    /// <summary>Whether it can answer.</summary>
    public virtual bool IsUp => true;

    /// <summary>Answers a request.</summary>
    public abstract Task InvokeAsync(HttpContext context);

    /// <summary>Throws a configuration exception where the child's health is not watched.</summary>
    protected static void RequireHealth(HttpService child, string childName, string parent)
    {
        if (!child.ReportsHealth)
        {
            throw new ConfigurationException($"cannot register {childName} as updater for {parent}: healthCheck not enabled in config for this {child.Label} service");
        }
    }

    /// <summary>The answer where there is no server to ask.</summary>
    protected static Task NoServerAsync(HttpContext context)
    {
        RequestState.Of(context).Outcome = ForwardOutcome.NoServer;
        return PlainAnswers.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "no available server");
    }
}

/// <summary>A service with middlewares of its own before it.</summary>
internal sealed class ServiceWithMiddlewares(HttpService inner, RequestDelegate chain) : HttpService
{
    /// <inheritdoc/>
    public override string Label => inner.Label;

    /// <inheritdoc/>
    public override bool ReportsHealth => inner.ReportsHealth;

    /// <inheritdoc/>
    public override bool IsUp => inner.IsUp;

    /// <inheritdoc/>
    public override Task InvokeAsync(HttpContext context) => chain(context);
}
