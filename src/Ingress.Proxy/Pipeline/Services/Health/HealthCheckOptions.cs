using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Pipeline.Services.Health;

/// <summary>Active probes of the servers (<c>healthCheck</c>).</summary>
public sealed record HealthCheckOptions
{
    /// <summary>The scheme of probes. Default: the server's.</summary>
    public string Scheme { get; init; } = "";

    /// <summary><c>http</c> or <c>grpc</c>. Default: <c>http</c>.</summary>
    public string Mode { get; init; } = "http";

    /// <summary>The path to ask for, relative. Default: none.</summary>
    public string Path { get; init; } = "";

    /// <summary>The method. Default: GET.</summary>
    public string Method { get; init; } = "";

    /// <summary>The status that counts as healthy; 0 stands for 200 to 399. Default: 0.</summary>
    public int Status { get; init; }

    /// <summary>Another port to probe. Default: 0, the server's own.</summary>
    public int Port { get; init; }

    /// <summary>Time between two probes. Default: 30s.</summary>
    public GoDuration Interval { get; init; } = GoDuration.FromSeconds(30);

    /// <summary>Time between two probes of an unhealthy server. Default: the interval.</summary>
    [AlwaysShown]
    public GoDuration? UnhealthyInterval { get; init; }

    /// <summary>How long a probe may take. Default: 5s.</summary>
    public GoDuration Timeout { get; init; } = GoDuration.FromSeconds(5);

    /// <summary>The Host of probes. Default: the server's.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Whether redirects are followed. Default: true.</summary>
    [AlwaysShown]
    public bool? FollowRedirects { get; init; } = true;

    /// <summary>Headers of probes. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>Watches real requests for failing servers (<c>passiveHealthCheck</c>).</summary>
public sealed record PassiveHealthCheckOptions
{
    /// <summary>How long failures count, and how long a failed server rests. Default: 10s.</summary>
    public GoDuration FailureWindow { get; init; } = GoDuration.FromSeconds(10);

    /// <summary>Failures that take a server out. Default: 1.</summary>
    public int MaxFailedAttempts { get; init; } = 1;
}
