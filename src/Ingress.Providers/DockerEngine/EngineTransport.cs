using System.Diagnostics;
using System.IO.Pipes;
using System.Net.Sockets;
using Docker.DotNet.Handler.Abstractions;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.DockerEngine;

/// <summary>Carries the API's HTTP over whatever the endpoint's scheme says.</summary>
internal sealed class EngineTransport : IDockerHandlerFactory<EngineEndpoint>
{
    public static EngineTransport Instance { get; } = new();

    /// <inheritdoc/>
    public ResolvedTransport CreateHandler(ResolvedClientOptions clientOptions, ILogger logger) => throw new NotSupportedException("The engine's endpoint is not known here.");

    /// <inheritdoc/>
    public Task<WriteClosableStream> HijackStreamAsync(HttpContent content) => throw new NotSupportedException("The provider attaches to no container.");

    /// <inheritdoc/>
    public ResolvedTransport CreateHandler(EngineEndpoint transportOptions, ResolvedClientOptions clientOptions, ILogger logger)
    {
        var (handler, address) = Connect(transportOptions);
        return new ResolvedTransport(handler, address);
    }

    /// <summary>A handler whose connections lead to the endpoint, and the address to ask it with.</summary>
    /// <exception cref="NotSupportedException">The endpoint's scheme is unknown.</exception>
    public static (SocketsHttpHandler Handler, Uri Address) Connect(EngineEndpoint endpoint)
    {
        var (scheme, rest) = endpoint.Split();
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        var address = new Uri("http://docker");
        switch (scheme)
        {
            case "unix":
                handler.ConnectCallback = (_, cancellation) => ConnectUnixAsync(rest, cancellation);
                break;
            case "npipe":
                handler.ConnectCallback = (_, cancellation) => ConnectPipeAsync(rest, cancellation);
                break;
            case "ssh":
                handler.ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(ConnectSsh(endpoint.Address));
                break;
            case "tcp" or "http" or "https":
                var isTls = endpoint.Tls is not null;
                address = new Uri($"{(isTls ? "https" : "http")}://{WithPort(rest, isTls)}");
                if (endpoint.TlsSettings(address.Host) is { } settings)
                {
                    handler.SslOptions = settings;
                }

                break;
            default:
                handler.Dispose();
                throw new NotSupportedException($"endpoint \"{endpoint.Address}\": scheme {scheme} is unknown; use unix, tcp, http, https, npipe or ssh");
        }

        return (handler, address);
    }

    private static string WithPort(string rest, bool isTls)
    {
        var host = rest.TrimEnd('/');
        return host.LastIndexOf(':') > host.LastIndexOf(']') ? host : $"{host}:{(isTls ? 2376 : 2375)}";
    }

    private static async ValueTask<Stream> ConnectUnixAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> ConnectPipeAsync(string rest, CancellationToken cancellation)
    {
        // npipe:////./pipe/docker_engine names the server "." and the pipe "docker_engine".
        var name = rest[(rest.LastIndexOf('/') + 1)..];
        var pipe = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous);
        try
        {
            await pipe.ConnectAsync(cancellation).ConfigureAwait(false);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs the docker command on the other side, which carries its API over standard input and output.</summary>
    private static ProcessStream ConnectSsh(string address)
    {
        var uri = new Uri(address);
        var start = new ProcessStartInfo("ssh") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (uri.UserInfo.Length > 0)
        {
            start.ArgumentList.Add("-l");
            start.ArgumentList.Add(uri.UserInfo.Split(':')[0]);
        }

        if (uri.Port > 0)
        {
            start.ArgumentList.Add("-p");
            start.ArgumentList.Add(uri.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        // A path names the engine's socket on the other side.
        string[] socket = uri.AbsolutePath.Trim('/').Length > 0 ? ["--host=unix://" + uri.AbsolutePath] : [];
        foreach (var argument in (string[])["-o", "ConnectTimeout=30", "-T", "--", uri.Host.Trim('[', ']'), "docker", .. socket, "system", "dial-stdio"])
        {
            start.ArgumentList.Add(argument);
        }

        return new ProcessStream(Process.Start(start) ?? throw new IOException("ssh cannot be started"));
    }
}
