using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Features that may still change (<c>experimental</c>).</summary>
public sealed record ExperimentalOptions
{
    /// <summary>Plugins by name. Go plugins cannot run here: a middleware that uses one is marked with that reason. Default: none.</summary>
    public IReadOnlyDictionary<string, PluginOptions> Plugins { get; init; } = new Dictionary<string, PluginOptions>();

    /// <summary>Local plugins by name; as above. Default: none.</summary>
    public IReadOnlyDictionary<string, LocalPluginOptions> LocalPlugins { get; init; } = new Dictionary<string, LocalPluginOptions>();

    /// <summary>Ends the start when a plugin cannot be loaded. Default: false.</summary>
    public bool AbortOnPluginFailure { get; init; }

    /// <summary>Accepted for compatibility; there is one forwarder. Default: none.</summary>
    [AllowEmpty]
    public FastProxyOptions? FastProxy { get; init; }

    /// <summary>Allows <c>log.otlp</c> and <c>accessLog.otlp</c>. Default: false.</summary>
    [Key("otlplogs")]
    public bool OtlpLogs { get; init; }

    /// <summary>Allows <c>providers.knative</c>. Default: false.</summary>
    public bool Knative { get; init; }

    /// <summary>Deprecated, no longer needed. Default: false.</summary>
    [Key("kubernetesIngressNGINX")]
    public bool KubernetesIngressNginx { get; init; }

    /// <summary>Deprecated, no longer needed. Default: false.</summary>
    public bool KubernetesGateway { get; init; }
}

/// <summary>A plugin (<c>experimental.plugins.NAME</c>).</summary>
[AllowEmpty]
public sealed record PluginOptions
{
    /// <summary>The module. Default: none.</summary>
    public string ModuleName { get; init; } = "";

    /// <summary>The module's version. Default: none.</summary>
    public string Version { get; init; } = "";

    /// <summary>The archive's hash. Default: none.</summary>
    public string Hash { get; init; } = "";

    /// <summary>What the plugin may do. Default: nothing special.</summary>
    public PluginSettings? Settings { get; init; }
}

/// <summary>A local plugin (<c>experimental.localPlugins.NAME</c>).</summary>
[AllowEmpty]
public sealed record LocalPluginOptions
{
    /// <summary>The module. Default: none.</summary>
    public string ModuleName { get; init; } = "";

    /// <summary>What the plugin may do. Default: nothing special.</summary>
    public PluginSettings? Settings { get; init; }
}

/// <summary>What a plugin may do (<c>settings</c>).</summary>
public sealed record PluginSettings
{
    /// <summary>Environment variables it sees. Default: none.</summary>
    public IReadOnlyList<string> Envs { get; init; } = [];

    /// <summary>Directories it sees. Default: none.</summary>
    public IReadOnlyList<string> Mounts { get; init; } = [];

    /// <summary>Allows unsafe packages. Default: false.</summary>
    public bool UseUnsafe { get; init; }
}

/// <summary>Accepted for compatibility (<c>experimental.fastProxy</c>).</summary>
public sealed record FastProxyOptions
{
    /// <summary>Accepted for compatibility. Default: false.</summary>
    public bool Debug { get; init; }
}
