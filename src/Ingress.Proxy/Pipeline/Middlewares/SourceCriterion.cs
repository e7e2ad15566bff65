using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>What tells one client from another where requests are counted (<c>sourceCriterion</c>). At most one of its options may be set.</summary>
public sealed record SourceCriterionOptions
{
    /// <summary>By the client's address. Default: not used.</summary>
    [AllowEmpty]
    public IpStrategyOptions? IpStrategy { get; init; }

    /// <summary>By the value of this request header. Default: not used.</summary>
    public string RequestHeaderName { get; init; } = "";

    /// <summary>By the Host of the request. Default: false.</summary>
    public bool RequestHost { get; init; }
}

/// <summary>Tells one client from another.</summary>
internal sealed class SourceCriterion
{
    private readonly IpStrategy? strategy;
    private readonly string? headerName;

    private SourceCriterion(IpStrategy? strategy, string? headerName) => (this.strategy, this.headerName) = (strategy, headerName);

    /// <summary>The criterion of the options; with none set, the Host or the connection's address, as the middleware wants.</summary>
    public static SourceCriterion Create(SourceCriterionOptions? options, bool defaultsToHost)
    {
        if (options is { IpStrategy: not null, RequestHeaderName.Length: > 0 })
        {
            throw new ConfigurationException("iPStrategy and RequestHeaderName are mutually exclusive");
        }

        if (options is { IpStrategy: not null, RequestHost: true })
        {
            throw new ConfigurationException("iPStrategy and RequestHost are mutually exclusive");
        }

        if (options is { RequestHeaderName.Length: > 0, RequestHost: true })
        {
            throw new ConfigurationException("requestHost and RequestHeaderName are mutually exclusive");
        }

        return options switch
        {
            { IpStrategy: not null } => new SourceCriterion(Middlewares.IpStrategy.Create(options.IpStrategy), null),
            { RequestHeaderName.Length: > 0 } => new SourceCriterion(null, options.RequestHeaderName),
            { RequestHost: true } => new SourceCriterion(null, null),
            _ when defaultsToHost => new SourceCriterion(null, null),
            _ => new SourceCriterion(Middlewares.IpStrategy.Create(null), null),
        };
    }

    /// <summary>The client's key; empty where the request has none.</summary>
    public string Find(HttpContext context)
    {
        if (strategy is not null)
        {
            return strategy.Find(context);
        }

        if (headerName is null)
        {
            return RequestState.Of(context).Host;
        }

        // Go keeps Host apart from the other headers, so by this name all clients are one.
        if (string.Equals(headerName, "Host", StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }

        var values = context.Request.Headers[headerName];
        return values.Count == 0 ? "" : values[0] ?? "";
    }
}
