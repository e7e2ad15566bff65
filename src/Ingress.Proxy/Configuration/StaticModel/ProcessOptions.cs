using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Settings of the whole process (<c>global</c>).</summary>
public sealed record GlobalOptions
{
    /// <summary>Accepted for compatibility; Ingress never asks anybody for a new version. Default: true.</summary>
    public bool CheckNewVersion { get; init; } = true;

    /// <summary>Accepted for compatibility; Ingress sends no usage data. Default: false.</summary>
    public bool SendAnonymousUsage { get; init; }

    /// <summary>Accepted for compatibility, without effect as in Traefik; the option of the entry point works. Default: false.</summary>
    [Key("notAppendXForwardedFor")]
    public bool NotAppendXForwardedFor { get; init; }
}

/// <summary>Rule syntax and TLS option strictness (<c>core</c>).</summary>
public sealed record CoreOptions
{
    /// <summary>Deprecated: the syntax of rules that name none, <c>v2</c> or <c>v3</c>. Default: <c>v3</c>.</summary>
    public string DefaultRuleSyntax { get; init; } = "v3";

    /// <summary>Refuses TLS options that clash instead of falling back to the default ones (<c>core.strictTLSOptions</c>). Default: false.</summary>
    [Key("strictTLSOptions")]
    public bool StrictTlsOptions { get; init; }
}

/// <summary>CNAME flattening (<c>hostResolver</c>).</summary>
public sealed record HostResolverOptions
{
    /// <summary>Whether the Host rule also sees the name that a CNAME leads to. Default: false.</summary>
    public bool CnameFlattening { get; init; }

    /// <summary>The resolver's configuration file. Default: <c>/etc/resolv.conf</c>.</summary>
    public string ResolvConfig { get; init; } = "/etc/resolv.conf";

    /// <summary>The most CNAME steps to follow. Default: 5.</summary>
    public int ResolvDepth { get; init; } = 5;
}

/// <summary>The SPIFFE workload API (<c>spiffe</c>).</summary>
public sealed record SpiffeOptions
{
    /// <summary>The socket's address. Default: none.</summary>
    [Key("workloadAPIAddr")]
    public string WorkloadApiAddr { get; init; } = "";
}

/// <summary>OCSP stapling (<c>ocsp</c>).</summary>
public sealed record OcspOptions
{
    /// <summary>Replacement URLs by the responder's URL in the certificate. Default: none.</summary>
    public IReadOnlyDictionary<string, string> ResponderOverrides { get; init; } = new Dictionary<string, string>();
}
