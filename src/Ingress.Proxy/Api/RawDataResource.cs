using System.Text.Json;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/rawdata</c>: every runtime object by its full name.</summary>
internal static class RawDataResource
{
    private static readonly (string Key, string Protocol, string Kind)[] Families =
    [
        ("routers", "http", "routers"), ("middlewares", "http", "middlewares"), ("services", "http", "services"),
        ("tcpRouters", "tcp", "routers"), ("tcpMiddlewares", "tcp", "middlewares"), ("tcpServices", "tcp", "services"),
        ("udpRouters", "udp", "routers"), ("udpServices", "udp", "services"),
    ];

    /// <summary>Answers the request.</summary>
    public static Task AnswerAsync(HttpContext context, RuntimeConfiguration current) => ApiAnswers.JsonAsync(context, writer => Write(writer, current));

    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter writer, RuntimeConfiguration current)
    {
        writer.WriteStartObject();
        foreach (var (key, protocol, kind) in Families)
        {
            ObjectFamilies.Find(protocol, kind)!.WriteAll(writer, key, current);
        }

        writer.WriteEndObject();
    }
}
