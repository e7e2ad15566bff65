using Ingress.Providers.DockerEngine;
using Ingress.Providers.DockerEngine.SocketFilter;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Observability;
using Microsoft.Extensions.Logging;

namespace Ingress.Commands;

/// <summary>Offers the readable part of Docker's API on a socket of its own (<c>socket-filter</c>), so that no reader needs the engine's socket.</summary>
internal static class SocketFilterCommand
{
    public const string Name = "socket-filter";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var read = ArgumentReader.Read<SocketFilterOptions>(arguments, Composition.Decoding);
        var decoded = Decoder.Decode<SocketFilterOptions>(read.Root ?? Node.OfMap(""), Composition.Decoding);
        List<string> faults = [.. read.Faults.Concat(decoded.Faults).Select(fault => fault.ToString())];
        if (arguments is [var word, ..] && !word.StartsWith('-'))
        {
            faults.Add($"{word} is no flag; write --name=value");
        }

        var file = SocketFile.From(decoded.Value, out var fault);
        if (file is null)
        {
            faults.Add(fault);
        }

        if (file is null || faults.Count > 0)
        {
            foreach (var line in faults)
            {
                await Console.Error.WriteLineAsync($"error: {line}").ConfigureAwait(false);
            }

            return 1;
        }

        return await ServeAsync(decoded.Value, file).ConfigureAwait(false);
    }

    private static async Task<int> ServeAsync(SocketFilterOptions options, SocketFile file)
    {
        using var stop = new StopSignal();
        try
        {
            await using var log = new ProcessLog(options.Log ?? new LogOptions { Level = "INFO" }, TimeProvider.System);
            using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
            await using var server = await FilterServer.StartAsync(EngineEndpoint.At(options.Docker, options.Tls), file, loggers.CreateLogger("Ingress")).ConfigureAwait(false);
            await stop.Received.ConfigureAwait(false);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or UnauthorizedAccessException or UriFormatException or System.Security.Cryptography.CryptographicException)
        {
            await Console.Error.WriteLineAsync($"error: {exception.Message}").ConfigureAwait(false);
            return 1;
        }
    }
}
