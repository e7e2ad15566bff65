using System.Net.Sockets;
using System.Text.Json;
using Docker.DotNet;

namespace Ingress.Providers.DockerEngine;

/// <summary>What can go wrong between an engine and us, however the engine fails.</summary>
internal static class EngineFault
{
    /// <summary>Whether the engine, or the way to it, is to blame, so that trying again makes sense.</summary>
    public static bool Is(Exception exception) => exception
        is DockerApiException or HttpRequestException or IOException or SocketException or TimeoutException or JsonException or OperationCanceledException
        or NotSupportedException or InvalidOperationException or FormatException or System.Security.Cryptography.CryptographicException
        or System.ComponentModel.Win32Exception or UnauthorizedAccessException or ArgumentException or AggregateException or UriFormatException;

    /// <summary>The reason in one line, the innermost where that says more.</summary>
    public static string Text(Exception exception)
    {
        var innermost = exception.GetBaseException();
        var text = innermost == exception ? exception.Message : $"{exception.Message}: {innermost.Message}";
        return text.ReplaceLineEndings(" ");
    }
}
