using System.Globalization;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Pipeline.Services.Health;

/// <summary>Where probes of one server go: its URL with the check's scheme, port and path.</summary>
internal sealed class ProbeAddress
{
    public ProbeAddress(ServerUrl server, HealthCheckOptions options)
    {
        var scheme = options.Scheme.Length > 0 ? options.Scheme : server.Scheme;
        IsPriorKnowledge = scheme == "h2c";
        if (!server.IsUsable || !Uri.TryCreate($"{(scheme == "https" ? "https" : "http")}://{server.Authority}{server.Path}", UriKind.Absolute, out var url))
        {
            Fault = $"the server URL \"{server.Text}\" cannot be asked";
            return;
        }

        if (options.Path.Contains("://", StringComparison.Ordinal) || options.Path.StartsWith("//", StringComparison.Ordinal))
        {
            Fault = $"the path of the health check must be relative, is \"{options.Path}\"";
            return;
        }

        if (options.Port != 0)
        {
            url = new UriBuilder(url) { Port = options.Port }.Uri;
        }

        Uri = options.Path.Length == 0 ? url : new Uri(url, options.Path);
    }

    /// <summary>The address; null where there is a fault.</summary>
    public Uri? Uri { get; }

    /// <summary>Why nothing can be asked; null where it can.</summary>
    public string? Fault { get; }

    /// <summary>Whether the server speaks HTTP/2 without TLS.</summary>
    public bool IsPriorKnowledge { get; }

    /// <inheritdoc/>
    public override string ToString() => Uri is null ? Fault! : string.Create(CultureInfo.InvariantCulture, $"{Uri}");
}
