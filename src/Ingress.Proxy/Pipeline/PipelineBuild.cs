using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Extensibility;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline;

/// <summary>One snapshot while it is built: the merged configuration with its statuses, and what every part may need.</summary>
internal sealed class PipelineBuild
{
    /// <summary>All objects, under their qualified names.</summary>
    public required RuntimeConfiguration Configuration { get; init; }

    /// <summary>State that outlives this snapshot.</summary>
    public required StateStore State { get; init; }

    /// <summary>Loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Whether requests to servers over HTTP/1.1 are marked (<c>experimental.fastProxy.debug</c>). Default: false.</summary>
    public bool MarksFastProxy { get; init; }

    /// <summary>Services of this process by name without <c>@internal</c>.</summary>
    public required IReadOnlyDictionary<string, IInternalService> InternalServices { get; init; }

    /// <summary>
    /// Builds a service's handler by its qualified name, for middlewares and services that call others. Throws a configuration exception where it is missing,
    /// broken or calls itself. The text <c>owner</c> is the router for whom it is built.
    /// </summary>
    public Func<string, string, RequestDelegate> Service { get; set; } = (name, _) => throw new Ingress.Proxy.Configuration.ConfigurationException($"the service \"{name}\" does not exist");

    /// <summary>Work that runs as long as this snapshot is in force, such as health checks; started after the swap, cancelled when the next snapshot has replaced it.</summary>
    public List<Func<CancellationToken, Task>> Background { get; } = [];
}
