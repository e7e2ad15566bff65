using System.Globalization;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>Decides which headers the auth server gets. What it may rely on is always of our own making, unless the operator trusts what came before.</summary>
internal sealed class AuthRequestHeaders(bool? trusts, IReadOnlyList<string> listed)
{
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedHost = "X-Forwarded-Host";
    private const string ForwardedMethod = "X-Forwarded-Method";
    private const string ForwardedPort = "X-Forwarded-Port";
    private const string ForwardedProto = "X-Forwarded-Proto";
    private const string ForwardedUri = "X-Forwarded-Uri";

    // The first five are set here in every case.
    private static readonly string[] Own = [ForwardedFor, ForwardedHost, ForwardedMethod, ForwardedProto, ForwardedUri];

    private static readonly string[] OthersManaged =
        [ForwardedPort, "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info", "X-Real-Ip"];

    private readonly HashSet<string> allowed = new(listed, StringComparer.OrdinalIgnoreCase);

    /// <summary>Fills in the request to the auth server.</summary>
    public void Fill(HttpRequestMessage request, HttpContext context)
    {
        var source = context.Request.Headers;
        foreach (var (name, values) in source)
        {
            if (Passes(name, source.Connection))
            {
                Add(request, name, values);
            }
        }

        var state = RequestState.Of(context);
        var addresses = trusts == true ? string.Join(", ", source[ForwardedFor].ToArray()) : "";
        Add(request, ForwardedFor, addresses.Length > 0 ? $"{addresses}, {state.PeerHost}" : state.PeerHost);
        Set(request, source, ForwardedHost, state.Host);
        Set(request, source, ForwardedMethod, context.Request.Method);
        Set(request, source, ForwardedProto, state.IsTls ? "https" : "http");
        Set(request, source, ForwardedUri, state.Target.RequestUri);
        if (trusts == false || (trusts == true && source[ForwardedPort].ToString().Length == 0))
        {
            Add(request, ForwardedPort, Port(state));
        }
    }

    private static string Port(RequestState state)
    {
        var colon = state.Host.LastIndexOf(':');
        if (colon > state.Host.LastIndexOf(']') && int.TryParse(state.Host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return port.ToString(CultureInfo.InvariantCulture);
        }

        return state.IsTls ? "443" : "80";
    }

    private static bool IsOneOf(string name, string[] names)
    {
        foreach (var each in names)
        {
            if (TrustedHeaders.AreSame(name, each))
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            // Headers of the body stay headers even where the body stays here.
            request.Content ??= new ByteArrayContent([]);
            request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    private bool Passes(string name, in StringValues connection)
    {
        if (name[0] == ':' || name.ToUpperInvariant() is "HOST" or "CONTENT-LENGTH" or "EXPECT"
            || (HopByHop.IsHopByHop(name) && !name.StartsWith("Proxy-Auth", StringComparison.OrdinalIgnoreCase))
            || HopByHop.HasToken(connection, name)
            || IsOneOf(name, Own))
        {
            return false;
        }

        if (IsOneOf(name, OthersManaged))
        {
            return trusts != false && !name.Contains('_', StringComparison.Ordinal) && (trusts == true || allowed.Count == 0 || allowed.Contains(name));
        }

        return allowed.Count == 0 || allowed.Contains(name);
    }

    private void Set(HttpRequestMessage request, IHeaderDictionary source, string name, string value)
    {
        var given = trusts == true && source[name] is { Count: > 0 } values ? values[0] : "";
        Add(request, name, string.IsNullOrEmpty(given) ? value : given);
    }
}
