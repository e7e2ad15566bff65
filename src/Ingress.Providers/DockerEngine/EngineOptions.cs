using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Providers.DockerEngine;

/// <summary>What the Docker and the Swarm provider have in common: how the engine is reached and which workloads are used.</summary>
public abstract record EngineOptions
{
    /// <summary>Whether workloads without the label <c>traefik.enable</c> are used. Default: true.</summary>
    public bool ExposedByDefault { get; init; } = true;

    /// <summary>An expression of Label and LabelRegex that a workload's labels must satisfy. Default: none.</summary>
    public string Constraints { get; init; } = "";

    /// <summary>Keeps workloads that are not healthy, as services without servers. Default: false, they are left out.</summary>
    public bool AllowEmptyServices { get; init; }

    /// <summary>The network whose address is used, unless a label names another. Default: none, one that this proxy is attached to.</summary>
    public string Network { get; init; } = "";

    /// <summary>Uses the address and port that a container publishes on its host instead of its own. Default: false.</summary>
    [Key("useBindPortIP")]
    public bool UseBindPortIp { get; init; }

    /// <summary>Follows changes. Default: true.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>The rule of routers without one, a template that sees <c>.Name</c>, <c>.ContainerName</c> and <c>.Labels</c>. Default: <c>Host(`{{ normalize .Name }}`)</c>.</summary>
    public string DefaultRule { get; init; } = "Host(`{{ normalize .Name }}`)";

    /// <summary>The user for basic authentication at the engine; needs a password too. Default: none.</summary>
    public string Username { get; init; } = "";

    /// <summary>The password for basic authentication at the engine. Default: none.</summary>
    [Secret]
    public string Password { get; init; } = "";

    /// <summary>Where the engine listens: <c>unix://</c>, <c>tcp://</c>, <c>http://</c>, <c>https://</c>, <c>npipe://</c> or <c>ssh://</c>. Default: <c>unix:///var/run/docker.sock</c>.</summary>
    public string Endpoint { get; init; } = "unix:///var/run/docker.sock";

    /// <summary>TLS toward the engine. Default: none.</summary>
    public EngineTlsOptions? Tls { get; init; }

    /// <summary>How long one question to the engine may take; 0 and less is no limit. Default: 0.</summary>
    public GoDuration HttpClientTimeout { get; init; }

    /// <summary>A file in which the last configuration is kept, for a start while the engine is away; an addition of Ingress. Default: none.</summary>
    public string Snapshot { get; init; } = "";
}

/// <summary>TLS toward the engine (<c>tls</c>).</summary>
public sealed record EngineTlsOptions
{
    /// <summary>The authority to trust, as a file or PEM text. Default: the system's.</summary>
    public string Ca { get; init; } = "";

    /// <summary>The client certificate to show, as a file or PEM text. Default: none.</summary>
    public string Cert { get; init; } = "";

    /// <summary>The client certificate's key, as a file or PEM text. Default: none.</summary>
    [Secret]
    public string Key { get; init; } = "";

    /// <summary>Accepts any certificate. Default: false.</summary>
    public bool InsecureSkipVerify { get; init; }
}
