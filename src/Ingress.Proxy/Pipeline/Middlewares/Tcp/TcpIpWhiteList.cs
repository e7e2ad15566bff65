using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Pipeline.Middlewares.Tcp;

/// <summary>The old name of <c>ipAllowList</c> (<c>ipWhiteList</c>, deprecated).</summary>
public sealed record TcpIpWhiteListOptions
{
    /// <summary>Addresses and CIDR ranges that may pass. Default: none; must be set.</summary>
    public IReadOnlyList<string> SourceRange { get; init; } = [];
}

internal static class TcpIpWhiteList
{
    public static TcpHandler Build(TcpMiddlewareBuild build) => TcpIpAllowList.Create(build, ((TcpIpWhiteListOptions)build.Options).SourceRange, "IPWhiteLister");
}
