using System.Text.Json;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/overview</c>: how many objects there are and how they are, the features in use, the providers.</summary>
internal static class OverviewResource
{
    /// <summary>Answers the request.</summary>
    public static Task AnswerAsync(HttpContext context, StaticConfiguration settings, ProxyHost host) => ApiAnswers.JsonAsync(context, writer =>
    {
        var current = host.Current;
        writer.WriteStartObject();
        writer.WriteStartObject("http");
        Count(writer, "routers", current.HttpRouters.Values.Select(item => item.Status));
        Count(writer, "services", current.HttpServices.Values.Select(item => item.Status));
        Count(writer, "middlewares", current.HttpMiddlewares.Values.Select(item => item.Status));
        writer.WriteEndObject();
        writer.WriteStartObject("tcp");
        Count(writer, "routers", current.TcpRouters.Values.Select(item => item.Status));
        Count(writer, "services", current.TcpServices.Values.Select(item => item.Status));
        Count(writer, "middlewares", current.TcpMiddlewares.Values.Select(item => item.Status));
        writer.WriteEndObject();
        writer.WriteStartObject("udp");
        Count(writer, "routers", current.UdpRouters.Values.Select(item => item.Status));
        Count(writer, "services", current.UdpServices.Values.Select(item => item.Status));
        writer.WriteEndObject();
        Count(writer, "certificates", host.Certificates.Select(CertificateResource.StatusOf));
        WriteFeatures(writer, settings);
        WriteProviders(writer, settings);
        writer.WriteEndObject();
    });

    private static void Count(Utf8JsonWriter writer, string key, IEnumerable<ObjectStatus> statuses)
    {
        int total = 0, warnings = 0, errors = 0;
        foreach (var status in statuses)
        {
            total++;
            warnings += status == ObjectStatus.Warning ? 1 : 0;
            errors += status == ObjectStatus.Disabled ? 1 : 0;
        }

        writer.WriteStartObject(key);
        writer.WriteNumber("total", total);
        writer.WriteNumber("warnings", warnings);
        writer.WriteNumber("errors", errors);
        writer.WriteEndObject();
    }

    private static void WriteFeatures(Utf8JsonWriter writer, StaticConfiguration settings)
    {
        var metrics = settings.Metrics switch
        {
            { Prometheus: not null } => "Prometheus",
            { Datadog: not null } => "Datadog",
            { StatsD: not null } => "StatsD",
            { InfluxDb2: not null } => "InfluxDB2",
            { Otlp: not null } => "OTLP",
            _ => "",
        };
        writer.WriteStartObject("features");
        writer.WriteString("tracing", settings.Tracing is null ? "" : "OTLP");
        writer.WriteString("metrics", metrics);
        writer.WriteBoolean("accessLog", settings.AccessLog is not null);
        writer.WriteEndObject();
    }

    private static void WriteProviders(Utf8JsonWriter writer, StaticConfiguration settings)
    {
        var names = settings.Providers.Sections.Where(section => section.Value is not null)
            .Select(section => section.Key == "http" ? "HTTP" : char.ToUpperInvariant(section.Key[0]) + section.Key[1..]).ToList();
        if (names.Count > 0)
        {
            ObjectText.WriteList(writer, "providers", names);
        }
    }
}
