using System.Net;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// The <c>X-Forwarded-*</c> family at the entry point: what an untrusted peer says is removed, what is missing is filled in. Then the headers that
/// <c>Connection</c> names are removed, so that no later middleware takes them for its own.
/// </summary>
internal sealed class ForwardedHeaders(ForwardedHeadersOptions options)
{
    private static readonly string[] Managed =
    [
        "X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Uri", "X-Forwarded-Method",
        "X-Forwarded-Prefix", "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info", "X-Real-Ip",
    ];

    private static readonly HashSet<string> ManagedNames = new(Managed, StringComparer.OrdinalIgnoreCase);
    private static readonly string MachineName = Dns.GetHostName();
    private readonly TrustedAddresses trusted = new(options.Insecure, options.TrustedIps);
    private readonly HashSet<string> keptByConnection = new(options.Connection, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header of this name is one of the family, in any case and with underscores for dashes.</summary>
    public static bool IsManaged(string name)
        => ManagedNames.Contains(name) || (name.Contains('_', StringComparison.Ordinal) && ManagedNames.Contains(name.Replace('_', '-')));

    /// <summary>Rewrites the headers of one request.</summary>
    public void Apply(RequestState state)
    {
        var headers = state.Context.Request.Headers;
        if (!trusted.Contains(state.PeerAddress))
        {
            RemoveManaged(headers);
        }

        Fill(state, headers);
        RemoveNamedByConnection(headers);
    }

    private static void RemoveManaged(IHeaderDictionary headers)
    {
        foreach (var name in Managed)
        {
            headers.Remove(name);
        }

        List<string>? spelledOtherwise = null;
        foreach (var (name, _) in headers)
        {
            if (name.Contains('_', StringComparison.Ordinal) && IsManaged(name))
            {
                (spelledOtherwise ??= []).Add(name);
            }
        }

        foreach (var name in spelledOtherwise ?? [])
        {
            headers.Remove(name);
        }
    }

    private static void Fill(RequestState state, IHeaderDictionary headers)
    {
        if (IsMissing(headers["X-Real-Ip"]))
        {
            headers["X-Real-Ip"] = state.PeerHost;
        }

        var scheme = headers["X-Forwarded-Proto"];
        if (IsMissing(scheme))
        {
            var isWebSocket = HasToken(headers.Connection, "upgrade") && string.Equals(headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);
            headers["X-Forwarded-Proto"] = scheme = isWebSocket ? (state.IsTls ? "wss" : "ws") : state.IsTls ? "https" : "http";
        }

        if (IsMissing(headers["X-Forwarded-Port"]))
        {
            headers["X-Forwarded-Port"] = PortOf(state.Host) is { Length: > 0 } port ? port : scheme[0] is "https" or "wss" || state.IsTls ? "443" : "80";
        }

        if (state.Host.Length > 0 && IsMissing(headers["X-Forwarded-Host"]))
        {
            headers["X-Forwarded-Host"] = state.Host;
        }

        var chain = headers["X-Forwarded-For"];
        if (chain.Count > 1)
        {
            headers["X-Forwarded-For"] = string.Join(", ", chain.ToArray());
        }

        headers["X-Forwarded-Server"] = MachineName;
    }

    private void RemoveNamedByConnection(IHeaderDictionary headers)
    {
        var connection = headers.Connection;
        if (connection.Count == 0)
        {
            return;
        }

        var upgrade = HasToken(connection, "upgrade") ? headers.Upgrade : StringValues.Empty;
        List<string>? kept = null;
        foreach (var line in connection)
        {
            foreach (var part in (line ?? "").Split(','))
            {
                var name = part.Trim(' ', '\t');
                if (name.Length == 0 || ManagedNames.Contains(name))
                {
                    continue;
                }

                if (keptByConnection.Contains(name))
                {
                    (kept ??= []).Add(name);
                }
                else
                {
                    headers.Remove(name);
                }
            }
        }

        if (upgrade.Count > 0)
        {
            (kept ??= []).Add("Upgrade");
            headers.Upgrade = upgrade;
        }

        if (kept is null)
        {
            headers.Remove("Connection");
        }
        else
        {
            headers.Connection = string.Join(",", kept);
        }
    }

    private static bool IsMissing(StringValues values) => values.Count == 0 || string.IsNullOrEmpty(values[0]);

    private static bool HasToken(StringValues values, string token)
    {
        foreach (var line in values)
        {
            if (line is null || !line.Contains(token, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var part in line.Split(','))
            {
                if (part.AsSpan().Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string PortOf(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon < 0 || host.LastIndexOf(']') > colon || (host[0] != '[' && host.IndexOf(':', StringComparison.Ordinal) != colon) ? "" : host[(colon + 1)..];
    }
}
