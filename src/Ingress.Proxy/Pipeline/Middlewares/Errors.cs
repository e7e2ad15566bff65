using System.Globalization;
using System.Text;
using Ingress.Proxy.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Replaces answers of certain statuses by pages of another service (<c>errors</c>).</summary>
public sealed record ErrorsOptions
{
    /// <summary>Statuses or ranges, such as <c>500-599</c>, whose answers are replaced. Default: none.</summary>
    public IReadOnlyList<string> Status { get; init; } = [];

    /// <summary>The status that the client gets, by status or range of the answer. Default: none, the answer's own.</summary>
    public IReadOnlyDictionary<string, int> StatusRewrites { get; init; } = new Dictionary<string, int>();

    /// <summary>The service that has the pages. Required.</summary>
    public string Service { get; init; } = "";

    /// <summary>
    /// Path and query of the page. <c>{status}</c> stands for the status that the client gets, <c>{originalStatus}</c> for that of the answer, <c>{url}</c> for the
    /// escaped URL of the request. Default: none, the root.
    /// </summary>
    public string Query { get; init; } = "";

    /// <summary>Headers of the request that go with the one for the page. Default: none named, all of them.</summary>
    public IReadOnlyList<string> ErrorRequestHeaders { get; init; } = [];
}

/// <summary>Replaces answers by pages.</summary>
internal sealed partial class Errors
{
    private static readonly NoBody WithoutBody = new();

    private readonly RequestDelegate next;
    private readonly RequestDelegate page;
    private readonly ErrorsOptions options;
    private readonly StatusRanges statuses;
    private readonly List<(int From, int To, int Status)> rewrites;
    private readonly ILogger logger;
    private readonly string name;

    private Errors(MiddlewareBuild build, ErrorsOptions options)
    {
        next = build.Next;
        this.options = options;
        statuses = StatusRanges.Parse(options.Status);
        rewrites = [.. options.StatusRewrites.Select(rewrite =>
        {
            var (from, to) = StatusRanges.ParseRange(rewrite.Key);
            return (from, to, rewrite.Value);
        })];
        page = build.Pipeline.Service(QualifiedName.Resolve(options.Service, build.Name), build.Owner);
        logger = build.Logger(nameof(Errors));
        name = build.Name;
    }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build) => new Errors(build, build.OptionsAs<ErrorsOptions>()).InvokeAsync;

    private async Task InvokeAsync(HttpContext context)
    {
        var answer = new Answer(context, statuses);
        answer.Attach();
        try
        {
            await next(context).ConfigureAwait(false);
            await answer.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            answer.Detach();
        }

        if (answer.IsDropped)
        {
            await ReplaceAsync(context, answer.StatusCode).ConfigureAwait(false);
        }
    }

    private async Task ReplaceAsync(HttpContext context, int original)
    {
        var status = Rewrite(original);
        LogReplaced(logger, name, original, status);
        using var snapshot = RequestSnapshot.Take(context);
        var detection = context.Features.Get<IHttpRequestBodyDetectionFeature>();
        if (!MakePageRequest(context, status, original))
        {
            snapshot.Restore();
            await PlainAnswers.ErrorAsync(context, status, PlainAnswers.StatusText(status)).ConfigureAwait(false);
            return;
        }

        var answer = new Page(context, status);
        answer.Attach();
        try
        {
            await page(context).ConfigureAwait(false);
            await answer.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            answer.Detach();
            context.Features.Set(detection);
            snapshot.Restore();
        }
    }

    private int Rewrite(int status)
    {
        foreach (var (from, to, rewritten) in rewrites)
        {
            if (status >= from && status <= to)
            {
                return rewritten;
            }
        }

        return status;
    }

    private bool MakePageRequest(HttpContext context, int status, int original)
    {
        var state = RequestState.Of(context);
        var target = options.Query.Length == 0 ? "/" : Query(state, status, original);
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (!state.Target.TrySetEscapedPath(question < 0 ? target : target[..question]))
        {
            return false;
        }

        state.Target.RawQuery = question < 0 ? "" : target[(question + 1)..];
        state.Target.ForceQuery = false;

        // The request for the page is the proxy's own: no client stands behind it.
        state.KeepForwardedFor = true;
        var request = context.Request;
        request.Method = HttpMethods.Get;
        request.Body = Stream.Null;
        context.Features.Set<IHttpRequestBodyDetectionFeature>(WithoutBody);
        CopyHeaders(request.Headers);
        return true;
    }

    private void CopyHeaders(IHeaderDictionary headers)
    {
        if (options.ErrorRequestHeaders.Count > 0)
        {
            var kept = new List<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>>(options.ErrorRequestHeaders.Count);
            foreach (var header in options.ErrorRequestHeaders)
            {
                if (headers.TryGetValue(header, out var values))
                {
                    kept.Add(KeyValuePair.Create(header, values));
                }
            }

            var host = headers.Host;
            headers.Clear();
            headers.Host = host;
            foreach (var (header, values) in kept)
            {
                headers[header] = values;
            }
        }

        // The page is asked for without body and without upgrade, whatever the request was.
        headers.ContentLength = null;
        headers.Remove("Transfer-Encoding");
        headers.Remove("Connection");
        headers.Remove("Upgrade");
    }

    private string Query(RequestState state, int status, int original)
    {
        var query = new StringBuilder("/").Append(options.Query.StartsWith('/') ? options.Query.AsSpan(1) : options.Query)
            .Replace("{status}", status.ToString(CultureInfo.InvariantCulture))
            .Replace("{originalStatus}", original.ToString(CultureInfo.InvariantCulture));
        if (options.Query.Contains("{url}", StringComparison.Ordinal))
        {
            var url = string.Concat(IsHttps(state) ? "https://" : "http://", state.Host, state.Target.EscapedPath);
            query.Replace("{url}", EscapeQuery(state.Target.RawQuery.Length == 0 ? url : string.Concat(url, "?", state.Target.RawQuery)));
        }

        var text = query.ToString();
        var fragment = text.IndexOf('#', StringComparison.Ordinal);
        return fragment < 0 ? text : text[..fragment];
    }

    // A proxy in front that is trusted may have ended TLS; X-Forwarded-Proto of others is gone by now.
    private static bool IsHttps(RequestState state) => state.IsTls || state.Context.Request.Headers["X-Forwarded-Proto"].ToString() is "https" or "wss";

    // url.QueryEscape over one byte a character.
    private static string EscapeQuery(string url)
    {
        var text = new StringBuilder(url.Length + 16);
        foreach (var c in url)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~')
            {
                text.Append(c);
            }
            else if (c == ' ')
            {
                text.Append('+');
            }
            else
            {
                text.Append('%').Append(((byte)c).ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    private sealed class Answer(HttpContext context, StatusRanges replaced) : ResponseInterceptor(context)
    {
        protected override bool Accept() => !replaced.Contains(StatusCode);
    }

    private sealed class Page(HttpContext context, int status) : ResponseInterceptor(context)
    {
        protected override bool Accept()
        {
            StatusCode = status;
            return true;
        }
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Middleware}: an answer with status {Original} is replaced by a page with status {Status}")]
    private static partial void LogReplaced(ILogger logger, string middleware, int original, int status);
}
