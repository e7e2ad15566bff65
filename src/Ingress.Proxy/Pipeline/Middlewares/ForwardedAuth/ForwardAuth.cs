using System.Net.Sockets;
using System.Security.Authentication;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>Asks another server whether a request may pass (<c>forwardAuth</c>): 2xx lets it pass, any other answer goes to the client.</summary>
public sealed record ForwardAuthOptions
{
    /// <summary>The URL to ask. Default: none; must be set, or every request gets 500.</summary>
    public string Address { get; init; } = "";

    /// <summary>TLS to the auth server. Default: that of the system.</summary>
    public ForwardAuthTlsOptions? Tls { get; init; }

    /// <summary>
    /// true: the X-Forwarded headers that came with the request are passed on, the peer appended to X-Forwarded-For. false: they are replaced. Not set: those for
    /// address, scheme, method, host and URI are replaced, others passed on. Default: not set.
    /// </summary>
    [AlwaysShown]
    public bool? TrustForwardHeader { get; init; }

    /// <summary>Headers of the auth server's answer that replace those of the request, whose own are removed in any case. Default: none.</summary>
    public IReadOnlyList<string> AuthResponseHeaders { get; init; } = [];

    /// <summary>A regular expression in Go's syntax for further such headers. Default: none.</summary>
    public string AuthResponseHeadersRegex { get; init; } = "";

    /// <summary>The request headers that the auth server gets, beside X-Forwarded ones. Default: none, which means all.</summary>
    public IReadOnlyList<string> AuthRequestHeaders { get; init; } = [];

    /// <summary>Cookies of the auth server's answer that reach the client, in place of the server's own of that name. Default: none.</summary>
    public IReadOnlyList<string> AddAuthCookiesToResponse { get; init; } = [];

    /// <summary>The header of the auth server's answer that has the user's name, for the access log. Default: none.</summary>
    public string HeaderField { get; init; } = "";

    /// <summary>Sends the request's body too. Default: false.</summary>
    public bool ForwardBody { get; init; }

    /// <summary>The largest body in bytes that is sent; a larger one is answered with 401. Negative is no limit. Default: -1.</summary>
    [AlwaysShown]
    public long? MaxBodySize { get; init; } = -1;

    /// <summary>The largest answer in bytes that is taken; a larger one counts as a refusal with 401. Negative is no limit. Default: no limit.</summary>
    [AlwaysShown]
    public long? MaxResponseBodySize { get; init; }

    /// <summary>Leaves a relative Location of a refusal as it is instead of completing it with the auth server's URL. Default: false.</summary>
    public bool PreserveLocationHeader { get; init; }

    /// <summary>Asks with the request's method instead of GET. Default: false.</summary>
    public bool PreserveRequestMethod { get; init; }

    /// <summary>Where a client is sent when the auth server answers 401. Default: none.</summary>
    [Key("authSigninURL")]
    public string AuthSigninUrl { get; init; } = "";
}

/// <summary>TLS to the auth server (<c>forwardAuth.tls</c>).</summary>
public sealed record ForwardAuthTlsOptions
{
    /// <summary>Authorities to trust, as a file or PEM text. Default: those of the system.</summary>
    public string Ca { get; init; } = "";

    /// <summary>The client's certificate, as a file or PEM text. Default: none.</summary>
    public string Cert { get; init; } = "";

    /// <summary>Its key, as a file or PEM text. Default: none.</summary>
    [Secret]
    public string Key { get; init; } = "";

    /// <summary>Takes any certificate. Default: false.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Does nothing but a warning: whether clients show certificates is for the auth server to say. Deprecated. Default: not set.</summary>
    public bool? CaOptional { get; init; }
}

internal sealed partial class ForwardAuth
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly RequestDelegate next;
    private readonly ForwardAuthOptions options;
    private readonly AuthAddress? address;
    private readonly AuthClient? client;
    private readonly AuthRequestHeaders requestHeaders;
    private readonly AuthResponseHeaders responseHeaders;
    private readonly AuthCookies cookies;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    private ForwardAuth(MiddlewareBuild build, ForwardAuthOptions options)
    {
        next = build.Next;
        this.options = options;
        time = build.Pipeline.Time;
        logger = build.Logger(typeof(ForwardAuth).FullName!);
        requestHeaders = new AuthRequestHeaders(options.TrustForwardHeader, options.AuthRequestHeaders);
        responseHeaders = new AuthResponseHeaders(options.AuthResponseHeaders, options.AuthResponseHeadersRegex);
        cookies = new AuthCookies(options.AddAuthCookiesToResponse);
        if (AuthAddress.TryParse(options.Address, out var parsed))
        {
            address = parsed;
            client = build.State(() => new AuthClient(parsed.Uri, options.Tls));
        }
        else
        {
            LogNoAddress(logger, build.Name);
        }

        if (options is { ForwardBody: true, MaxBodySize: null or < 0 })
        {
            LogNoLimit(logger, build.Name);
        }

        if (options.Tls?.CaOptional is not null)
        {
            LogCaOptional(logger, build.Name);
        }
    }

    public static RequestDelegate Build(MiddlewareBuild build) => new ForwardAuth(build, build.OptionsAs<ForwardAuthOptions>()).InvokeAsync;

    private async Task InvokeAsync(HttpContext context)
    {
        if (address is null)
        {
            await PlainAnswers.EmptyAsync(context, StatusCodes.Status500InternalServerError).ConfigureAwait(false);
            return;
        }

        var source = context.Request.Body;
        var body = options.ForwardBody && ReplayableBody.MayHaveBody(context.Request) ? ReplayableBody.Of(context.Request, options.MaxBodySize ?? -1) : null;
        try
        {
            if (await MayPassAsync(context, address, body).ConfigureAwait(false))
            {
                if (body is not null)
                {
                    context.Request.Body = body.OpenRead();
                }

                await next(context).ConfigureAwait(false);
            }
        }
        finally
        {
            context.Request.Body = source;
            body?.Dispose();
        }
    }

    // False where the request has been answered here.
    private async Task<bool> MayPassAsync(HttpContext context, AuthAddress address, ReplayableBody? body)
    {
        AuthAnswer answer;
        using var limit = new CancellationTokenSource(Limit, time);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, limit.Token);
        try
        {
            if (body is not null && !await body.FillAsync(cancellation.Token).ConfigureAwait(false))
            {
                LogBodyTooLarge(logger, options.MaxBodySize ?? -1);
                await PlainAnswers.EmptyAsync(context, StatusCodes.Status401Unauthorized).ConfigureAwait(false);
                return false;
            }

            using var request = CreateRequest(context, address, body);
            answer = await client!.AskAsync(request, options.MaxResponseBodySize is < 0 ? null : options.MaxResponseBodySize, cancellation.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or HttpRequestException or OperationCanceledException
            or UntrustedServerException or TimeoutException or InvalidOperationException or FormatException)
        {
            var isGone = context.RequestAborted.IsCancellationRequested;
            LogFailed(logger, address.Text, isGone ? "the client went away" : limit.IsCancellationRequested ? "no answer within 30 s" : fault.GetBaseException().Message);
            await PlainAnswers.EmptyAsync(context, isGone ? StatusCodes.Status499ClientClosedRequest : StatusCodes.Status500InternalServerError).ConfigureAwait(false);
            return false;
        }

        NoteUser(context, answer);
        if (answer.IsTooLarge)
        {
            LogAnswerTooLarge(logger, address.Text, options.MaxResponseBodySize ?? -1);
            await PlainAnswers.EmptyAsync(context, StatusCodes.Status401Unauthorized).ConfigureAwait(false);
            return false;
        }

        if (!answer.IsPass)
        {
            await RefuseAsync(context, address, answer).ConfigureAwait(false);
            return false;
        }

        responseHeaders.Apply(context.Request.Headers, answer.Headers);
        if (!cookies.IsEmpty)
        {
            cookies.AddTo(context, answer.Headers.SetCookie);
        }

        return true;
    }

    private HttpRequestMessage CreateRequest(HttpContext context, AuthAddress address, ReplayableBody? body)
    {
        var method = options.PreserveRequestMethod && context.Request.Method != "CONNECT" ? context.Request.Method : "GET";
        var request = new HttpRequestMessage(new HttpMethod(method), address.Uri);
        if (body is { Length: > 0 })
        {
            request.Content = new StreamContent(body.OpenRead());
            request.Content.Headers.ContentLength = body.Length;
        }

        requestHeaders.Fill(request, context);
        if (address.Credentials is not null && !request.Headers.Contains("Authorization"))
        {
            request.Headers.TryAddWithoutValidation("Authorization", address.Credentials);
        }

        return request;
    }

    private void NoteUser(HttpContext context, AuthAnswer answer)
    {
        if (options.HeaderField.Length > 0 && answer.Headers[options.HeaderField] is { Count: > 0 } values)
        {
            RequestState.Of(context).ClientUsername = values[0];
        }
    }

    private async Task RefuseAsync(HttpContext context, AuthAddress address, AuthAnswer answer)
    {
        var response = context.Response;
        if (answer.Status == StatusCodes.Status401Unauthorized && options.AuthSigninUrl.Length > 0)
        {
            response.Headers.Location = HeaderText.Value(options.AuthSigninUrl);
            await PlainAnswers.EmptyAsync(context, StatusCodes.Status302Found).ConfigureAwait(false);
            return;
        }

        var location = answer.Headers.Location.ToString();
        if (location.Length > 0 && !options.PreserveLocationHeader && !LocationUrl.TryResolve(address.Text, location, out location))
        {
            LogFailed(logger, address.Text, "its Location is no URL");
            await PlainAnswers.EmptyAsync(context, StatusCodes.Status500InternalServerError).ConfigureAwait(false);
            return;
        }

        var connection = answer.Headers.Connection;
        foreach (var (name, values) in answer.Headers)
        {
            if ((!HopByHop.IsHopByHop(name) || name.StartsWith("Proxy-Auth", StringComparison.OrdinalIgnoreCase)) && !HopByHop.HasToken(connection, name))
            {
                response.Headers[name] = StringValues.Concat(response.Headers[name], values);
            }
        }

        if (location.Length > 0)
        {
            response.Headers.Location = location;
        }

        if (answer.Status == StatusCodes.Status304NotModified)
        {
            response.Headers.Remove("Content-Type");
        }

        response.StatusCode = answer.Status;
        var hasBody = answer.Status is not (StatusCodes.Status304NotModified or StatusCodes.Status205ResetContent);
        // One that was asked with HEAD says a length and has no body.
        response.ContentLength = !hasBody ? null : answer.Body.IsEmpty && context.Request.Method == HttpMethods.Head ? answer.Headers.ContentLength : answer.Body.Length;
        if (hasBody && context.Request.Method != HttpMethods.Head)
        {
            await response.Body.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The auth server {Address} gave no usable answer: {Cause}")]
    private static partial void LogFailed(ILogger logger, string address, string cause);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused a request whose body is larger than maxBodySize ({Limit} bytes)")]
    private static partial void LogBodyTooLarge(ILogger logger, long limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The auth server {Address} answered with more than maxResponseBodySize ({Limit} bytes)")]
    private static partial void LogAnswerTooLarge(ILogger logger, string address, long limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "forwardAuth {Middleware}: the address is no http or https URL, so every request gets 500; set address")]
    private static partial void LogNoAddress(ILogger logger, string middleware);

    [LoggerMessage(Level = LogLevel.Warning, Message = "forwardAuth {Middleware}: tls.caOptional is deprecated and does nothing; leave it out")]
    private static partial void LogCaOptional(ILogger logger, string middleware);

    [LoggerMessage(Level = LogLevel.Warning, Message = "forwardAuth {Middleware} forwards bodies without a limit and keeps each in memory; set maxBodySize")]
    private static partial void LogNoLimit(ILogger logger, string middleware);
}
