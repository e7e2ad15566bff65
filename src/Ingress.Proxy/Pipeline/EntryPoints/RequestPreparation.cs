using System.Buffers;
using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Matching;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// Brings a request into the one form that rules, middlewares and servers see, before any router is asked: header spelling, fragment, path, query, connection
/// limits, forwarded headers, host.
/// </summary>
internal sealed class RequestPreparation(EntryPointOptions options, TimeProvider time)
{
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create([.. Enumerable.Range(0, 32).Where(code => code != '\t').Select(code => (char)code), (char)127]);
    private readonly string underscores = UnderscoreStrategy(options.Http.UnderscoreHeadersStrategy);
    private readonly bool sanitizes = options.Http.SanitizePath ?? true;
    private readonly bool encodesSemicolons = options.Http.EncodeQuerySemicolons;
    private readonly ForwardedHeaders forwarded = new(options.ForwardedHeaders);
    private readonly int maxRequests = options.Transport.KeepAliveMaxRequests;
    private readonly TimeSpan maxTime = options.Transport.KeepAliveMaxTime.ToTimeSpan();
    private readonly bool keepsForwardedFor = options.ForwardedHeaders.NotAppendXForwardedFor;

    /// <summary>Fills the state from its request, or says how the request is refused.</summary>
    public Refusal Prepare(RequestState state, ConnectionState connection)
    {
        var request = state.Context.Request;
        state.IsTls = connection.IsTls;
        state.PeerAddress = connection.Peer.Address;
        state.PeerHost = connection.PeerHost;
        state.PeerPort = connection.Peer.Port;
        state.Pinned = connection.Pinned;
        state.KeepForwardedFor = keepsForwardedFor;
        state.StartTimestamp = time.GetTimestamp();
        state.Host = request.Headers.Host.ToString();

        if (!PassesNames(request.Headers, out var refusal))
        {
            return refusal;
        }

        if (request.Headers.Expect is { Count: > 0 } expected && !HopByHop.HasToken(new StringValues(expected[0]), "100-continue"))
        {
            return Refusal.Expectation;
        }

        if (request.Headers.TransferEncoding.Count > 0 && HttpProtocol.IsHttp10(request.Protocol))
        {
            // RFC 9112 section 6.1: whoever stands before us may have taken the body for the next request.
            state.Context.Response.Headers.Connection = "close";
            return Refusal.Text;
        }

        if (!SetTarget(state))
        {
            return Refusal.Empty;
        }

        LimitConnection(state.Context, connection);
        forwarded.Apply(state);
        state.RoutingHost = RoutingHost.Of(state.Host);
        state.RoutingPath = RoutingPath.Of(state.Target.EscapedPath);
        return Refusal.None;
    }

    private static string UnderscoreStrategy(string text) => text.ToLowerInvariant() switch
    {
        "" or "keep" => "keep",
        "delete" => "delete",
        "reject" => "reject",
        _ => throw new ConfigurationException($"http.underscoreHeadersStrategy is \"{text}\"; allowed are keep, delete and reject"),
    };

    // One walk over the headers: control characters in a value are refused, underscores in a name are treated as the operator says.
    private bool PassesNames(IHeaderDictionary headers, out Refusal refusal)
    {
        refusal = Refusal.None;
        List<string>? underscored = null;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                if (value.AsSpan().ContainsAny(ControlCharacters))
                {
                    refusal = Refusal.Text;
                    return false;
                }
            }

            if (underscores != "keep" && name.Contains('_', StringComparison.Ordinal))
            {
                (underscored ??= []).Add(name);
            }
        }

        if (underscored is not null && underscores == "reject")
        {
            refusal = Refusal.Text;
            return false;
        }

        foreach (var name in underscored ?? [])
        {
            headers.Remove(name);
        }

        return true;
    }

    private bool SetTarget(RequestState state)
    {
        var raw = state.Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        state.Target.Original = raw;
        if (raw.AsSpan().ContainsAny(ControlCharacters))
        {
            return false;
        }

        var start = 0;
        if (raw.Length > 0 && raw[0] != '/')
        {
            if (raw == "*")
            {
                state.Target.Set("*", "");
                state.Target.RawQuery = "";
                state.Target.ForceQuery = false;
                return true;
            }

            // The absolute form: http://host/path. RFC 9112 section 3.2.2: its host counts, whatever the Host header says.
            var scheme = raw.IndexOf("://", StringComparison.Ordinal);
            var slash = scheme < 0 ? -1 : raw.AsSpan(scheme + 3).IndexOfAny('/', '?');
            start = slash < 0 ? raw.Length : scheme + 3 + slash;
            if (scheme > 0)
            {
                var authority = raw[(scheme + 3)..start];
                state.Host = authority[(authority.LastIndexOf('@') + 1)..];
                state.Context.Request.Headers.Host = state.Host;
            }
        }

        var question = raw.IndexOf('?', start);
        var end = question < 0 ? raw.Length : question;
        var path = raw.AsSpan(start, end - start);
        if (path.Contains('#'))
        {
            return false;
        }

        var query = question < 0 ? "" : raw[(question + 1)..];
        state.Target.ForceQuery = question >= 0 && query.Length == 0;
        state.Target.RawQuery = query.Contains(';', StringComparison.Ordinal) ? query.Replace(";", encodesSemicolons ? "%3B" : "&", StringComparison.Ordinal) : query;
        return SetPath(state.Target, path.IsEmpty ? "/" : start == 0 && end == raw.Length ? raw : path.ToString());
    }

    private bool SetPath(RequestTarget target, string escaped)
    {
        if (escaped.Contains('%', StringComparison.Ordinal) && !TryNormalize(ref escaped))
        {
            return false;
        }

        if (!target.TrySetEscapedPath(escaped))
        {
            return false;
        }

        // What is sent on is cleaned, not what came: where a character may not stand unencoded, the whole path is encoded anew, and %2F becomes a slash.
        var path = target.EscapedPath;
        var clean = sanitizes ? Sanitize(path) : path;
        return ReferenceEquals(clean, escaped) || target.TrySetEscapedPath(clean);
    }

    // RFC 3986 section 6.2.2: unreserved characters need no encoding, and hexadecimal digits are upper case.
    private static bool TryNormalize(ref string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '%')
            {
                text.Append(escaped[i]);
                continue;
            }

            if (i + 2 >= escaped.Length || !char.IsAsciiHexDigit(escaped[i + 1]) || !char.IsAsciiHexDigit(escaped[i + 2]))
            {
                return false;
            }

            var c = (char)Convert.ToByte(escaped.Substring(i + 1, 2), 16);
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
            {
                text.Append(c);
            }
            else if (c == '\0')
            {
                // The server below refuses it in other targets than those in absolute form, which it does not decode.
                return false;
            }
            else
            {
                text.Append('%').Append(char.ToUpperInvariant(escaped[i + 1])).Append(char.ToUpperInvariant(escaped[i + 2]));
            }

            i += 2;
        }

        escaped = text.ToString();
        return true;
    }

    /// <summary>Removes <c>.</c> and <c>..</c> segments and repeated slashes; a trailing slash stays.</summary>
    public static string Sanitize(string escaped)
    {
        if (!escaped.Contains("//", StringComparison.Ordinal) && !escaped.Contains("/.", StringComparison.Ordinal) && escaped.StartsWith('/'))
        {
            return escaped;
        }

        var kept = new List<string>();
        foreach (var segment in escaped.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == "..")
            {
                if (kept.Count > 0)
                {
                    kept.RemoveAt(kept.Count - 1);
                }
            }
            else if (segment != ".")
            {
                kept.Add(segment);
            }
        }

        var path = "/" + string.Join('/', kept);
        return escaped.EndsWith('/') && path.Length > 1 ? path + "/" : path;
    }

    private void LimitConnection(HttpContext context, ConnectionState connection)
    {
        if (maxRequests == 0 && maxTime == TimeSpan.Zero)
        {
            return;
        }

        var requests = ++connection.Requests;
        if ((maxRequests > 0 && requests >= maxRequests) || (maxTime > TimeSpan.Zero && time.GetElapsedTime(connection.Accepted) >= maxTime))
        {
            context.Response.Headers.Connection = "close";
        }
    }
}

/// <summary>How a request is refused before any router is asked.</summary>
internal enum Refusal
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>400 without a body.</summary>
    Empty,

    /// <summary>400 with its text.</summary>
    Text,

    /// <summary>417: it expects what nobody here can promise (RFC 9110 section 10.1.1).</summary>
    Expectation,
}
