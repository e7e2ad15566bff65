using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>The flags of <c>ingress socket-filter</c>.</summary>
internal sealed record SocketFilterOptions
{
    /// <summary>The file of the Unix socket on which reading is offered, with or without <c>unix://</c>. Default: <c>/run/ingress/docker.sock</c>.</summary>
    public string Listen { get; init; } = "/run/ingress/docker.sock";

    /// <summary>The engine's own socket: <c>unix://</c>, <c>tcp://</c>, <c>http://</c>, <c>https://</c>, <c>npipe://</c> or <c>ssh://</c>. Default: <c>unix:///var/run/docker.sock</c>.</summary>
    public string Docker { get; init; } = "unix:///var/run/docker.sock";

    /// <summary>TLS toward the engine. Default: none.</summary>
    public EngineTlsOptions? Tls { get; init; }

    /// <summary>Who may connect, as the octal mode of the socket's file. Default: 660, owner and group.</summary>
    public string Mode { get; init; } = "660";

    /// <summary>The group of the socket's file, by name or number. Default: that of the process.</summary>
    public string Group { get; init; } = "";

    /// <summary>The log. Default: INFO to standard output; where any part of it is given, the other parts are as in the proxy's log.</summary>
    [AllowEmpty]
    public LogOptions? Log { get; init; }
}
