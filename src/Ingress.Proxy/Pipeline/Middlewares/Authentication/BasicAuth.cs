using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>Asks for a name and a password (<c>basicAuth</c>).</summary>
public sealed record BasicAuthOptions
{
    /// <summary>Users as <c>name:hash</c>; hashes are bcrypt, MD5 crypt, SHA-256 or SHA-512 crypt, or <c>{SHA}</c>. Default: none; here or in the file there must be one.</summary>
    [Secret]
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>A file with one user a line and comments after <c>#</c>; a name that is in the list too counts there. Default: none.</summary>
    public string UsersFile { get; init; } = "";

    /// <summary>The realm that browsers show. Default: <c>traefik</c>.</summary>
    public string Realm { get; init; } = "";

    /// <summary>Takes the Authorization header away before the request goes on. Default: false.</summary>
    public bool RemoveHeader { get; init; }

    /// <summary>The request header that tells the server the user's name. Default: none.</summary>
    public string HeaderField { get; init; } = "";
}

internal sealed class BasicAuth
{
    private const string Scheme = "Basic ";

    private readonly RequestDelegate next;
    private readonly Dictionary<string, PasswordHash> users = new(StringComparer.Ordinal);
    private readonly PasswordHash decoy;
    private readonly PasswordVerifier verifier;
    private readonly AuthenticatedUser authenticated;
    private readonly string challenge;

    public BasicAuth(RequestDelegate next, BasicAuthOptions options, PasswordVerifier verifier)
    {
        this.next = next;
        this.verifier = verifier;
        foreach (var entry in UserFile.Entries(options.Users, options.UsersFile))
        {
            var parts = UserFile.Split(entry, 2, "BasicUser");
            users[RequestTarget.FromText(parts[0])] = new PasswordHash(parts[1]);
        }

        if (users.Count == 0)
        {
            throw new ConfigurationException($"no users found in {options.UsersFile}");
        }

        // An unknown name costs what a known one does, so that the time does not tell which names there are.
        decoy = users.Values.MaxBy(hash => hash.Work)!;
        authenticated = new AuthenticatedUser(options.HeaderField, options.RemoveHeader);
        challenge = $"Basic realm=\"{Challenge.Realm(options.Realm)}\"";
    }

    public static RequestDelegate Build(MiddlewareBuild build) => new BasicAuth(build.Next, build.OptionsAs<BasicAuthOptions>(), PasswordVerifier.Shared).InvokeAsync;

    public async Task InvokeAsync(HttpContext context)
    {
        var hasCredentials = TryReadCredentials(context.Request.Headers.Authorization, out var user, out var password);
        RequestState.Of(context).ClientUsername = RequestTarget.ToText(user);
        if (!hasCredentials)
        {
            await Challenge.SendAsync(context, challenge).ConfigureAwait(false);
            return;
        }

        var isKnown = users.TryGetValue(user, out var hash);
        switch (await verifier.VerifyAsync(hash ?? decoy, password).ConfigureAwait(false))
        {
            case true when isKnown:
                authenticated.Apply(context.Request.Headers, user);
                await next(context).ConfigureAwait(false);
                break;
            case null:
                context.Response.Headers.RetryAfter = "1";
                await PlainAnswers.StatusAsync(context, StatusCodes.Status503ServiceUnavailable).ConfigureAwait(false);
                break;
            default:
                await Challenge.SendAsync(context, challenge).ConfigureAwait(false);
                break;
        }
    }

    // One header, one blank, padded base64, a colon: anything else is refused. Names and passwords are bytes.
    private static bool TryReadCredentials(Microsoft.Extensions.Primitives.StringValues header, out string user, out byte[] password)
    {
        (user, password) = ("", []);
        var text = header.Count == 0 ? "" : header[0] ?? "";
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || text.AsSpan(Scheme.Length).ContainsAny(" \t\r\n"))
        {
            return false;
        }

        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text.AsSpan(Scheme.Length), bytes, out var length))
        {
            return false;
        }

        var colon = bytes.AsSpan(0, length).IndexOf((byte)':');
        if (colon < 0)
        {
            return false;
        }

        user = Encoding.Latin1.GetString(bytes, 0, colon);
        password = bytes[(colon + 1)..length];
        return true;
    }
}
