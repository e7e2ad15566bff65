using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>What one line says. One object serves all requests of a connection.</summary>
internal sealed class AccessLogEntry
{
    /// <summary>The client as the entry point left X-Forwarded-For, else the peer.</summary>
    public string ClientHost { get; set; } = "";

    /// <summary>Path and query before any middleware rewrote them.</summary>
    public string Path { get; set; } = "";

    /// <summary>The Host as it came.</summary>
    public string Host { get; set; } = "";

    /// <summary>The method.</summary>
    public string Method { get; set; } = "";

    /// <summary>When the request began.</summary>
    public DateTimeOffset Start { get; set; }

    /// <summary>How long it took, in nanoseconds.</summary>
    public long Duration { get; set; }

    /// <summary>How long the server took, in nanoseconds; 0 where none was asked.</summary>
    public long OriginDuration { get; set; }

    /// <summary>The number of this request among those that are logged.</summary>
    public long Count { get; set; }

    /// <summary>Bytes of the request's body.</summary>
    public long RequestBytes { get; set; }

    /// <summary>The status that the client got.</summary>
    public int Status { get; set; }

    /// <summary>Bytes of the body that the client got.</summary>
    public long Bytes { get; set; }

    /// <summary>The server's status, or that of the error sent in its place; 0 where none was asked.</summary>
    public int OriginStatus { get; set; }

    /// <summary>Bytes of the server's answer.</summary>
    public long OriginBytes { get; set; }

    /// <summary>The server's headers before middlewares changed them; null where headers are not logged or no server answered.</summary>
    public IHeaderDictionary? OriginHeaders { get; set; }
}
