using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Stands for a list of middlewares (<c>chain</c>).</summary>
public sealed record ChainOptions
{
    /// <summary>The middlewares, the first one outermost; names without a provider are those of the chain's. Default: none, requests pass.</summary>
    public IReadOnlyList<string> Middlewares { get; init; } = [];
}

internal static class Chain
{
    public static RequestDelegate Build(MiddlewareBuild build) => build.WrapOthers(build.OptionsAs<ChainOptions>().Middlewares, build.Next);
}
