using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary><c>/api/support-dump</c>: version, static configuration without its secrets, and runtime configuration, in one archive.</summary>
internal static class SupportDumpResource
{
    /// <summary>Answers the request.</summary>
    public static async Task AnswerAsync(HttpContext context, StaticConfiguration settings, ProxyHost host, VersionResource version)
    {
        using var archive = new MemoryStream();
        using (var compressed = new GZipStream(archive, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(compressed))
        {
            Add(tar, "version.json", version.Write);
            Add(tar, "static-config.json", writer => RecordJson.Write(writer, settings, hideSecrets: true));
            Add(tar, "runtime-config.json", writer => RawDataResource.Write(writer, host.Current));
        }

        context.Response.ContentType = "application/gzip";
        context.Response.Headers.ContentDisposition = "attachment; filename=support-dump.tar.gz";
        await context.Response.Body.WriteAsync(archive.GetBuffer().AsMemory(0, (int)archive.Length), context.RequestAborted).ConfigureAwait(false);
    }

    private static void Add(TarWriter tar, string name, Action<Utf8JsonWriter> write)
    {
        var content = new MemoryStream();
        using (var writer = new Utf8JsonWriter(content, RecordJson.WriterOptions))
        {
            write(writer);
        }

        content.Position = 0;
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
    }
}
