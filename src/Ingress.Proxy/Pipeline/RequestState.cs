using System.Net;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline;

/// <summary>
/// What the pipeline knows of one request beyond the HTTP context, as a feature of it. Reused from request to request on a connection, so nothing may keep it
/// after the request has ended.
/// </summary>
internal sealed class RequestState
{
    /// <summary>The HTTP context that it belongs to.</summary>
    public HttpContext Context { get; set; } = null!;

    /// <summary>The entry point's name.</summary>
    public string EntryPoint { get; set; } = "";

    /// <summary>Path and query, rewritten by middlewares.</summary>
    public RequestTarget Target { get; } = new();

    /// <summary>The path as rules see it: decoded but for reserved characters. Set by the entry point; recomputed for child routers.</summary>
    public string RoutingPath { get; set; } = "";

    /// <summary>The Host as sent, with its port; the headers middleware may change it.</summary>
    public string Host { get; set; } = "";

    /// <summary>The host as rules see it: lower case, without port and brackets.</summary>
    public string RoutingHost { get; set; } = "";

    /// <summary>The name that the host's CNAME leads to where CNAME flattening is on, else empty.</summary>
    public string FlattenedHost { get; set; } = "";

    /// <summary>Whether the client speaks TLS to this process.</summary>
    public bool IsTls { get; set; }

    /// <summary>The peer's address, after any PROXY header.</summary>
    public IPAddress PeerAddress { get; set; } = IPAddress.None;

    /// <summary>The peer's address as text.</summary>
    public string PeerHost { get; set; } = "";

    /// <summary>The peer's port.</summary>
    public int PeerPort { get; set; }

    /// <summary>Connections to servers that belong to the client's connection alone; null where the client's connection is not known.</summary>
    public PinnedConnections? Pinned { get; set; }

    /// <summary>Whether the forwarder leaves X-Forwarded-For as it is.</summary>
    public bool KeepForwardedFor { get; set; }

    /// <summary>When the request began, as a <see cref="TimeProvider"/> timestamp.</summary>
    public long StartTimestamp { get; set; }

    /// <summary>The chosen router's qualified name, else empty.</summary>
    public string RouterName { get; set; } = "";

    /// <summary>The chosen service's qualified name, else empty.</summary>
    public string ServiceName { get; set; } = "";

    /// <summary>The chosen server's URL, else empty.</summary>
    public string ServerUrl { get; set; } = "";

    /// <summary>The user that a middleware recognised, or tried; null where none did.</summary>
    public string? ClientUsername { get; set; }

    /// <summary>The status of the server's own answer; 0 where none was asked.</summary>
    public int OriginStatus { get; set; }

    /// <summary>Time that the server took, in <see cref="TimeProvider"/> ticks.</summary>
    public long OriginTicks { get; set; }

    /// <summary>Bytes of the server's answer.</summary>
    public long OriginBytes { get; set; }

    /// <summary>How the last try to reach a server ended.</summary>
    public ForwardOutcome Outcome { get; set; }

    /// <summary>Whether the answer is that of a router whose service is internal, which observes differently.</summary>
    public bool IsInternal { get; set; }

    /// <summary>Whether the router lets its requests be written to the access log.</summary>
    public bool IsLogged { get; set; } = true;

    /// <summary>Called once the router has been chosen; null where nobody asks.</summary>
    public Action? Routed { get; set; }

    /// <summary>Takes the headers of the server's answer before middlewares change them; null where nobody asks.</summary>
    public IHeaderDictionary? OriginHeaders { get; set; }

    /// <summary>Makes it ready for another request.</summary>
    public void Reset(HttpContext context)
    {
        Context = context;
        RouterName = ServiceName = ServerUrl = "";
        ClientUsername = null;
        OriginStatus = 0;
        OriginTicks = OriginBytes = 0;
        Outcome = ForwardOutcome.None;
        IsInternal = false;
        IsLogged = true;
        OriginHeaders = null;
        Routed = null;
        KeepForwardedFor = false;
        FlattenedHost = "";
    }

    /// <summary>Notes the headers of the server's answer where somebody asks for them.</summary>
    public void NoteOrigin(IHeaderDictionary headers)
    {
        if (OriginHeaders is { } noted)
        {
            noted.Clear();
            foreach (var (name, values) in headers)
            {
                noted[name] = values;
            }
        }
    }

    /// <summary>The state of a context that the entry point has prepared.</summary>
    public static RequestState Of(HttpContext context) => context.Features.Get<RequestState>()!;
}

/// <summary>How a try to reach a server ended, by stage; middlewares decide from it whether another try is safe.</summary>
internal enum ForwardOutcome
{
    /// <summary>No server was tried.</summary>
    None,

    /// <summary>The server answered.</summary>
    Answered,

    /// <summary>No connection, or none of the request was written.</summary>
    NotSent,

    /// <summary>Something of the request was written, and then it failed.</summary>
    SentAndFailed,

    /// <summary>The client went away.</summary>
    ClientGone,

    /// <summary>There was no server to try.</summary>
    NoServer,
}
