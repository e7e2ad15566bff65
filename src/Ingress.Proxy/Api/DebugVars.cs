using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/debug/vars</c>: numbers of the process, where <c>api.debug</c> is on.</summary>
internal static class DebugVars
{
    /// <summary>Answers the request.</summary>
    public static Task AnswerAsync(HttpContext context) => ApiAnswers.JsonAsync(context, writer =>
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        writer.WriteStartObject();
        writer.WriteStartArray("cmdline");
        foreach (var word in Environment.GetCommandLineArgs())
        {
            writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("memstats");
        writer.WriteNumber("Alloc", GC.GetTotalMemory(forceFullCollection: false));
        writer.WriteNumber("TotalAlloc", GC.GetTotalAllocatedBytes());
        writer.WriteNumber("Sys", Environment.WorkingSet);
        writer.WriteNumber("NumGC", GC.CollectionCount(0));
        writer.WriteEndObject();
        writer.WriteNumber("threads", ThreadPool.ThreadCount);
        writer.WriteEndObject();
    });
}
