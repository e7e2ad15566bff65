using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>The read-only API under <c>/api</c>, and the dashboard beside it (<c>api@internal</c>).</summary>
internal sealed class ApiService(StaticConfiguration settings, ProxyHost host, DashboardService? dashboard) : IInternalService
{
    private readonly string prefix = (settings.Api?.BasePath ?? "").TrimEnd('/');
    private readonly VersionResource version = new(settings);

    /// <inheritdoc/>
    public string Name => "api";

    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context)
    {
        var path = RequestState.Of(context).Target.EscapedPath;
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            return ApiAnswers.NotFoundAsync(context);
        }

        path = path[prefix.Length..];
        if (path == "/debug/vars" && settings.Api is { Debug: true })
        {
            return DebugVars.AnswerAsync(context);
        }

        if (!path.StartsWith("/api/", StringComparison.Ordinal))
        {
            return dashboard is null ? ApiAnswers.NotFoundAsync(context) : dashboard.AnswerAsync(context, path, fromApi: true);
        }

        var segments = path[5..].Split('/');
        if (Handler(segments) is not { } handler)
        {
            return ApiAnswers.NotFoundAsync(context);
        }

        return context.Request.Method == HttpMethods.Get ? handler(context) : PlainAnswers.EmptyAsync(context, StatusCodes.Status405MethodNotAllowed);
    }

    private Func<HttpContext, Task>? Handler(string[] segments) => segments switch
    {
        ["version"] => version.AnswerAsync,
        ["rawdata"] => context => RawDataResource.AnswerAsync(context, host.Current),
        ["overview"] => context => OverviewResource.AnswerAsync(context, settings, host),
        ["entrypoints"] => context => EntryPointResource.ListAsync(context, settings),
        ["entrypoints", var name] => context => EntryPointResource.OneAsync(context, settings, name),
        ["certificates"] => context => CertificateResource.ListAsync(context, host),
        ["certificates", var name] => context => CertificateResource.OneAsync(context, host, name),
        ["support-dump"] => context => SupportDumpResource.AnswerAsync(context, settings, host, version),
        ["ingress", "certificates"] => context => CertificateStateResource.AnswerAsync(context, host),
        ["ingress", "discovery"] => context => DiscoveryResource.AnswerAsync(context, host.Current),
        [var protocol, var kind] => ObjectFamilies.Find(protocol, kind) is { } family ? context => family.ListAsync(context, host.Current) : null,
        [var protocol, var kind, var name] => ObjectFamilies.Find(protocol, kind) is { } family ? context => family.OneAsync(context, host.Current, name) : null,
        _ => null,
    };
}
