using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Lets only clients with certain addresses pass (<c>ipAllowList</c>).</summary>
public sealed record IpAllowListOptions
{
    /// <summary>Addresses and CIDR ranges that may pass. Default: none; must be set.</summary>
    public IReadOnlyList<string> SourceRange { get; init; } = [];

    /// <summary>Where the client's address is taken from. Default: from the connection.</summary>
    [AllowEmpty]
    public IpStrategyOptions? IpStrategy { get; init; }

    /// <summary>The HTTP status of the refusal. Default: 0, which means 403.</summary>
    public int RejectStatusCode { get; init; }
}

internal sealed partial class IpAllowList(RequestDelegate next, IpRanges allowed, IpStrategy strategy, int refusal, ILogger logger)
{
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<IpAllowListOptions>();
        if (options.SourceRange.Count == 0)
        {
            throw new ConfigurationException("sourceRange is empty, IPAllowLister not created");
        }

        var refusal = options.RejectStatusCode == 0 ? StatusCodes.Status403Forbidden : options.RejectStatusCode;
        return PlainAnswers.StatusText(refusal).Length == 0
            ? throw new ConfigurationException($"invalid HTTP status code {refusal}")
            : Create(build, options.SourceRange, options.IpStrategy, refusal);
    }

    /// <summary>The middleware, under this or its old name.</summary>
    public static RequestDelegate Create(MiddlewareBuild build, IReadOnlyList<string> sourceRange, IpStrategyOptions? ipStrategy, int refusal)
    {
        IpRanges allowed;
        try
        {
            allowed = IpRanges.Parse(sourceRange);
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"cannot parse CIDRs [{string.Join(' ', sourceRange)}]: {fault.Message}", fault);
        }

        return new IpAllowList(build.Next, allowed, IpStrategy.Create(ipStrategy), refusal, build.Logger(typeof(IpAllowList).FullName!)).InvokeAsync;
    }

    private Task InvokeAsync(HttpContext context)
    {
        var address = strategy.Find(context);
        if (allowed.ContainsHost(address))
        {
            return next(context);
        }

        LogRefused(logger, address);
        return PlainAnswers.StatusAsync(context, refusal);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Rejecting IP {Address}: it matched none of the allowed ranges")]
    private static partial void LogRefused(ILogger logger, string address);
}
