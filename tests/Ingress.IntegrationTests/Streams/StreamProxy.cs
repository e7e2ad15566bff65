using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Streams;

/// <summary>The program with one entry point for TCP and one for UDP, beside the usual two.</summary>
internal sealed class StreamProxy : IAsyncDisposable
{
    private readonly ProxyProcess process;

    private StreamProxy(ProxyProcess process, int port)
    {
        this.process = process;
        Port = port;
    }

    /// <summary>The port of both entry points, <c>tcp</c> and <c>udp</c>.</summary>
    public int Port { get; }

    /// <summary>The process.</summary>
    public ProgramRun Run => process.Run;

    /// <summary>Starts it with TCP and UDP routers, given as YAML; <paramref name="transport"/> is the section of that name of both entry points.</summary>
    public static async Task<StreamProxy> StartAsync(string routersAndServices, string transport = "{lifeCycle: {graceTimeOut: 10s}}")
    {
        var port = FreePort.Next();
        var entryPoints = $"""
            entryPoints:
              tcp:
                address: "127.0.0.1:{port}"
                transport: {transport}
              udp:
                address: "127.0.0.1:{port}/udp"
                transport: {transport}

            """;
        var process = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = ProxySetup.UsualStatic.Replace("entryPoints:\n", entryPoints, StringComparison.Ordinal),
            Dynamic = "http: {routers: {here: {rule: \"Host(`here`)\", entryPoints: [web], service: noop@internal}}}\n" + routersAndServices,
        });
        return new StreamProxy(process, port);
    }

    /// <summary>Replaces the dynamic configuration, and returns once it is in force.</summary>
    public async Task ReloadAsync(string routersAndServices, string newHttpRouter)
    {
        process.WriteDynamic($"http: {{routers: {{{newHttpRouter}: {{rule: \"Host(`here`)\", entryPoints: [web], service: noop@internal}}}}}}\n" + routersAndServices);
        await Eventually.HoldsAsync("the new configuration is in force", async () => (await process.RoutersAsync()).Contains(newHttpRouter + "@file"));
    }

    /// <summary>A connection in clear text.</summary>
    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>A connection over TLS; the certificate does not matter.</summary>
    public async Task<SslStream> ConnectTlsAsync(string serverName)
    {
#pragma warning disable CA5359 // What is tested is the way through the proxy, which shows its generated certificate.
        var stream = new SslStream(await ConnectAsync(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await stream.AuthenticateAsClientAsync(serverName);
        return stream;
    }

    /// <summary>Waits until a program listens on a port of this machine.</summary>
    public static Task ListensAsync(int port, ProgramRun program) => Eventually.HoldsAsync(
        $"port {port} listens",
        async () =>
        {
            if (program.HasExited)
            {
                throw new InvalidOperationException(program.Output);
            }

            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(30));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
