using Ingress.Proxy.Pipeline.Middlewares.Authentication;
using Ingress.Proxy.Pipeline.Middlewares.Buffering;
using Ingress.Proxy.Pipeline.Middlewares.CircuitBreaking;
using Ingress.Proxy.Pipeline.Middlewares.Compression;
using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;
using Ingress.Proxy.Pipeline.Middlewares.Grpc;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;
using Ingress.Proxy.Pipeline.Middlewares.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>All HTTP middlewares, one line each: Traefik's key, the options record, and how to build one around the next handler.</summary>
internal static class MiddlewareCatalog
{
    public static IReadOnlyList<MiddlewareType> All { get; } =
    [
        new("addPrefix", typeof(AddPrefixOptions), AddPrefix.Build),
        new("basicAuth", typeof(BasicAuthOptions), BasicAuth.Build),
        new("buffering", typeof(BufferingOptions), BufferingMiddleware.Build),
        new("chain", typeof(ChainOptions), Chain.Build),
        new("circuitBreaker", typeof(CircuitBreakerOptions), CircuitBreaker.Build),
        new("compress", typeof(CompressOptions), Compress.Build),
        new("contentType", typeof(ContentTypeOptions), ContentType.Build),
        new("digestAuth", typeof(DigestAuthOptions), DigestAuth.Build),
        new("encodedCharacters", typeof(EncodedCharactersOptions), EncodedCharacters.Build),
        new("errors", typeof(ErrorsOptions), Errors.Build),
        new("forwardAuth", typeof(ForwardAuthOptions), ForwardAuth.Build),
        new("grpcWeb", typeof(GrpcWebOptions), GrpcWeb.Build),
        new("headers", typeof(HeadersOptions), Headers.Build),
        new("inFlightReq", typeof(InFlightReqOptions), InFlightReq.Build),
        new("ipAllowList", typeof(IpAllowListOptions), IpAllowList.Build),
        new("ipWhiteList", typeof(IpWhiteListOptions), IpWhiteList.Build),
        new("passTLSClientCert", typeof(PassTlsClientCertOptions), PassTlsClientCert.Build),
        new("plugin", typeof(IReadOnlyDictionary<string, object>), Plugin.Build),
        new("rateLimit", typeof(RateLimitOptions), RateLimit.Build),
        new("redirectRegex", typeof(RedirectRegexOptions), RedirectRegex.Build),
        new("redirectScheme", typeof(RedirectSchemeOptions), RedirectScheme.Build),
        new("replacePath", typeof(ReplacePathOptions), ReplacePath.Build),
        new("replacePathRegex", typeof(ReplacePathRegexOptions), ReplacePathRegex.Build),
        new("retry", typeof(RetryOptions), Retry.Build),
        new("stripPrefix", typeof(StripPrefixOptions), StripPrefix.Build),
        new("stripPrefixRegex", typeof(StripPrefixRegexOptions), StripPrefixRegex.Build),
    ];

    /// <summary>The catalog by key, in any case, as the decoder wants it.</summary>
    public static IReadOnlyDictionary<string, MiddlewareType> ByKey { get; } = All.ToDictionary(type => type.Key, StringComparer.OrdinalIgnoreCase);
}

/// <summary>One line of the catalog.</summary>
/// <param name="Key">The key in configurations, as Traefik spells it, such as <c>addPrefix</c>.</param>
/// <param name="Options">The options record.</param>
/// <param name="Build">Builds one; a <see cref="Configuration.ConfigurationException"/> disables the routers that use it.</param>
internal sealed record MiddlewareType(string Key, Type Options, Func<MiddlewareBuild, RequestDelegate> Build);

/// <summary>What a middleware is built from.</summary>
internal sealed record MiddlewareBuild
{
    /// <summary>The middleware's qualified name, such as <c>limit@file</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The qualified name of the router (or service) that it is built for; state is per router.</summary>
    public required string Owner { get; init; }

    /// <summary>The options record.</summary>
    public required object Options { get; init; }

    /// <summary>The handler that it stands before.</summary>
    public required RequestDelegate Next { get; init; }

    /// <summary>The snapshot being built: state, loggers, clock, other objects.</summary>
    public required PipelineBuild Pipeline { get; init; }

    /// <summary>Puts further middlewares, by names relative to this one's provider, around a handler, as a chain does.</summary>
    public Func<IReadOnlyList<string>, RequestDelegate, RequestDelegate> WrapOthers { get; init; } = (_, handler) => handler;

    /// <summary>The options as their record.</summary>
    public T OptionsAs<T>() => (T)Options;

    /// <summary>State that outlives a reload as long as this middleware's options do not change, one for each owner.</summary>
    public T State<T>(Func<T> create)
        where T : class
        => Pipeline.State.Get("middleware", Name + "|" + Owner, Configuration.RecordJson.Canonical(Options), create);

    /// <summary>A logger of this name.</summary>
    public ILogger Logger(string type) => Pipeline.Loggers.CreateLogger(type);
}
