using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/entrypoints</c>: the static settings of the entry points.</summary>
internal static class EntryPointResource
{
    /// <summary>Answers with a page of all.</summary>
    public static Task ListAsync(HttpContext context, StaticConfiguration settings)
        => ApiAnswers.PageAsync(context, [.. settings.EntryPoints.OrderBy(pair => pair.Key, StringComparer.Ordinal)], Write);

    /// <summary>Answers with one.</summary>
    public static Task OneAsync(HttpContext context, StaticConfiguration settings, string escapedName)
    {
        if (!ApiAnswers.TryDecodeName(escapedName, out var name))
        {
            return ApiAnswers.FailAsync(context, StatusCodes.Status400BadRequest, $"unable to decode entryPointID \"{escapedName}\": invalid URL escape");
        }

        return settings.EntryPoints.TryGetValue(name, out var options)
            ? ApiAnswers.JsonAsync(context, writer => Write(writer, new KeyValuePair<string, EntryPointOptions>(name, options)))
            : ApiAnswers.FailAsync(context, StatusCodes.Status404NotFound, $"entry point not found: {name}");
    }

    private static void Write(Utf8JsonWriter writer, KeyValuePair<string, EntryPointOptions> entryPoint)
    {
        writer.WriteStartObject();
        RecordJson.WriteProperties(writer, entryPoint.Value);
        writer.WriteString("name", entryPoint.Key);
        writer.WriteEndObject();
    }
}
