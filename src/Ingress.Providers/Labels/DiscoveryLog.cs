using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Labels;

/// <summary>Logs what was found wrong, each text once for as long as it holds.</summary>
internal sealed partial class DiscoveryLog(string provider, ILogger logger)
{
    private HashSet<DiscoveryFinding> known = [];

    public void Report(IReadOnlyList<DiscoveryFinding> findings)
    {
        var current = new HashSet<DiscoveryFinding>();
        foreach (var finding in findings)
        {
            if (finding.Outcome is "warning" or "rejected")
            {
                if (current.Add(finding) && !known.Contains(finding))
                {
                    LogFinding(logger, provider, finding.Subject, finding.Reason);
                }
            }
        }

        known = current;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Provider}: {Subject}: {Reason}")]
    private static partial void LogFinding(ILogger logger, string provider, string subject, string reason);
}
