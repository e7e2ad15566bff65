using System.Globalization;
using System.Text.Json;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/version</c>.</summary>
internal sealed class VersionResource(StaticConfiguration settings)
{
    /// <summary>The Traefik version whose behaviour this is; dashboards and providers ask for it.</summary>
    public const string CompatibleWith = "3.7.15";

    private readonly string startDate = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Answers the request.</summary>
    public Task AnswerAsync(HttpContext context) => ApiAnswers.JsonAsync(context, Write, "application/json; charset=UTF-8");

    /// <summary>Writes the object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("Version", CompatibleWith);
        writer.WriteString("Codename", "ingress");
        writer.WriteString("startDate", startDate);
        if (settings.Api is { DisableDashboardAd: true })
        {
            writer.WriteBoolean("disableDashboardAd", true);
        }

        if (settings.Api is { DashboardName: { Length: > 0 } name })
        {
            writer.WriteString("dashboardName", name);
        }

        writer.WriteEndObject();
    }
}
