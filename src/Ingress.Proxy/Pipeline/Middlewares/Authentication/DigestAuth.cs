using System.Globalization;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>Asks for a name and a proof of the password (<c>digestAuth</c>).</summary>
public sealed record DigestAuthOptions
{
    /// <summary>Users as <c>name:realm:hash</c>, as <c>htdigest</c> writes them. Default: none, which lets nobody in.</summary>
    [Secret]
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>A file with one user a line and comments after <c>#</c>; a name that is in the list too counts there. Default: none.</summary>
    public string UsersFile { get; init; } = "";

    /// <summary>Takes the Authorization header away before the request goes on. Default: false.</summary>
    public bool RemoveHeader { get; init; }

    /// <summary>The realm that browsers show, and of which users are taken. Default: <c>traefik</c>.</summary>
    public string Realm { get; init; } = "";

    /// <summary>The request header that tells the server the user's name. Default: none.</summary>
    public string HeaderField { get; init; } = "";
}

internal sealed class DigestAuth
{
    private readonly RequestDelegate next;
    private readonly Dictionary<string, string> hashes = new(StringComparer.Ordinal);
    private readonly DigestNonces nonces;
    private readonly AuthenticatedUser authenticated;
    private readonly string realm;

    public DigestAuth(RequestDelegate next, DigestAuthOptions options, DigestNonces nonces)
    {
        this.next = next;
        this.nonces = nonces;
        var ownRealm = options.Realm.Length == 0 ? "traefik" : options.Realm;
        foreach (var entry in UserFile.Entries(options.Users, options.UsersFile))
        {
            var parts = UserFile.Split(entry, 3, "DigestUser");
            if (parts[1] == ownRealm)
            {
                hashes[RequestTarget.FromText(parts[0])] = parts[2];
            }
        }

        authenticated = new AuthenticatedUser(options.HeaderField, options.RemoveHeader);
        realm = Challenge.Realm(options.Realm);
    }

    public static RequestDelegate Build(MiddlewareBuild build)
        => new DigestAuth(build.Next, build.OptionsAs<DigestAuthOptions>(), build.State(() => new DigestNonces(build.Pipeline.Time))).InvokeAsync;

    public Task InvokeAsync(HttpContext context)
    {
        var state = RequestState.Of(context);
        var header = context.Request.Headers.Authorization;
        var credentials = DigestCredentials.Parse(header.Count == 0 ? "" : header[0] ?? "");
        state.ClientUsername = RequestTarget.ToText(credentials?.UserName ?? "");
        if (credentials is null || !IsProven(context.Request.Method, state.Target, credentials))
        {
            return AskAsync(context, isStale: false);
        }

        var verdict = ulong.TryParse(credentials.NonceCount, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var count)
            ? nonces.Count(credentials.Nonce, count)
            : DigestNonces.Verdict.Refused;
        if (verdict != DigestNonces.Verdict.Good)
        {
            return AskAsync(context, verdict == DigestNonces.Verdict.Stale);
        }

        authenticated.Apply(context.Request.Headers, credentials.UserName);
        return next(context);
    }

    private bool IsProven(string method, RequestTarget target, DigestCredentials credentials)
    {
        // An unknown name is checked against a hash that no password has, so that the time does not tell which names there are.
        var isKnown = hashes.TryGetValue(credentials.UserName, out var hash);
        var fits = credentials.Fits(method, hash ?? "-");
        return isKnown && fits && credentials.Answers(nonces.Opaque) && IsFor(target, credentials.Uri);
    }

    // Some clients leave the query out of what they prove.
    private static bool IsFor(RequestTarget target, string uri) => uri == target.RequestUri || uri == target.EscapedPath;

    private Task AskAsync(HttpContext context, bool isStale)
    {
        var stale = isStale ? "stale=\"true\", " : "";
        return Challenge.SendAsync(context, $"Digest realm=\"{realm}\", nonce=\"{nonces.Create()}\", opaque=\"{nonces.Opaque}\", {stale}algorithm=\"MD5\", qop=\"auth\"");
    }
}
