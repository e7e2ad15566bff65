using Ingress.Providers.DockerEngine;
using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Providers.Docker;

/// <summary>A further engine (<c>providers.docker.hosts.NAME</c>); what is not here is as in <c>providers.docker</c>.</summary>
public sealed record DockerHostOptions
{
    /// <summary>Where the engine listens, as in <c>providers.docker.endpoint</c>; Docker's environment variables have no effect on it. Required.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>
    /// The address or name by which this proxy reaches the machine; servers are this address with the ports that containers publish there. Default: the host in
    /// <c>endpoint</c>; where that is a local socket, containers are reached at their own addresses.
    /// </summary>
    public string Address { get; init; } = "";

    /// <summary>The rule of routers without one. Default: that of <c>providers.docker</c>.</summary>
    public string DefaultRule { get; init; } = "";

    /// <summary>The user for basic authentication at the engine; needs a password too. Default: none.</summary>
    public string Username { get; init; } = "";

    /// <summary>The password for basic authentication at the engine. Default: none.</summary>
    [Secret]
    public string Password { get; init; } = "";

    /// <summary>TLS toward the engine. Default: none.</summary>
    public EngineTlsOptions? Tls { get; init; }
}
