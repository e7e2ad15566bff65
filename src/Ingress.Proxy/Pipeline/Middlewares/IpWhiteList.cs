using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>The old name of <c>ipAllowList</c> (<c>ipWhiteList</c>, deprecated); refusals are 403.</summary>
public sealed record IpWhiteListOptions
{
    /// <summary>Addresses and CIDR ranges that may pass. Default: none; must be set.</summary>
    public IReadOnlyList<string> SourceRange { get; init; } = [];

    /// <summary>Where the client's address is taken from. Default: from the connection.</summary>
    [AllowEmpty]
    public IpStrategyOptions? IpStrategy { get; init; }
}

internal static class IpWhiteList
{
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<IpWhiteListOptions>();
        return options.SourceRange.Count > 0
            ? IpAllowList.Create(build, options.SourceRange, options.IpStrategy, StatusCodes.Status403Forbidden)
            : throw new ConfigurationException("sourceRange is empty, IPWhiteLister not created");
    }
}
