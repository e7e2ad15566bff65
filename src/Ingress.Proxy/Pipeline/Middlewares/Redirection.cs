using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Answers that send the client elsewhere.</summary>
internal static class Redirection
{
    /// <summary>302 or 301 for GET, 307 or 308 for every other method, with the status text as the body.</summary>
    public static Task MoveAsync(HttpContext context, string location, bool permanent)
    {
        var isGet = context.Request.Method == HttpMethods.Get;
        context.Response.Headers.Location = location;
        return PlainAnswers.StatusAsync(context, (permanent, isGet) switch
        {
            (false, true) => StatusCodes.Status302Found,
            (false, false) => StatusCodes.Status307TemporaryRedirect,
            (true, true) => StatusCodes.Status301MovedPermanently,
            (true, false) => StatusCodes.Status308PermanentRedirect,
        });
    }
}
