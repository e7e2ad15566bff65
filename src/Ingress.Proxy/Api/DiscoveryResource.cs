using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/ingress/discovery</c> (beyond Traefik): what each provider made of each object that it found, and why.</summary>
internal static class DiscoveryResource
{
    /// <summary>Answers the request.</summary>
    public static Task AnswerAsync(HttpContext context, RuntimeConfiguration current) => ApiAnswers.JsonAsync(context, writer =>
    {
        writer.WriteStartArray();
        foreach (var (provider, findings) in current.Findings.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            foreach (var finding in findings)
            {
                writer.WriteStartObject();
                writer.WriteString("provider", provider);
                writer.WriteString("subject", finding.Subject);
                writer.WriteString("outcome", finding.Outcome);
                writer.WriteString("reason", finding.Reason);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    });
}
