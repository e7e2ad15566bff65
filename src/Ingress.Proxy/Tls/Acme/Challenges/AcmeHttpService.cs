using System.Text;
using Ingress.Proxy.Extensibility;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Challenges;

/// <summary><c>acme-http@internal</c>: answers the authority's HTTP-01 requests; an unknown token is 404 with an empty body.</summary>
internal sealed partial class AcmeHttpService(ChallengeTokens tokens, ILogger<AcmeHttpService> logger) : IInternalService
{
    public const string PathPrefix = "/.well-known/acme-challenge/";

    private const int LongestLoggedToken = 64;

    public string Name => "acme-http";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        var token = path.StartsWith(PathPrefix, StringComparison.Ordinal) ? path[PathPrefix.Length..] : "";
        // Not Request.Host, which would turn the name of the protocol (xn--) into that of people.
        var host = new HostString(context.Request.Headers.Host.ToString()).Host;
        if (tokens.Find(host, token) is not { } authorization)
        {
            // An attacker chooses host and token, so both are cut and cleaned before they reach the log.
            LogUnknown(logger, Clean(host), Clean(token));
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        LogAnswered(logger, host);
        var body = Encoding.ASCII.GetBytes(authorization);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static string Clean(string text) =>
        string.Concat(text.Take(LongestLoggedToken).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' ? letter : '?'));

    [LoggerMessage(Level = LogLevel.Error, Message = "Cannot retrieve the ACME challenge for {Host} (token \"{Token}\")")]
    private static partial void LogUnknown(ILogger logger, string host, string token);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Answered the ACME challenge for {Host}")]
    private static partial void LogAnswered(ILogger logger, string host);
}
