using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ingress.Testing;

/// <summary>A real Podman of the test's own, in a temporary folder, behind a socket that speaks Docker's API. Its containers use the machine's network. Needs root.</summary>
public sealed class PodmanService : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ProgramRun service;

    private PodmanService()
    {
        var environment = new Dictionary<string, string?>
        {
            ["CONTAINERS_STORAGE_CONF"] = folder.Write("storage.conf", $"""
                [storage]
                driver = "vfs"
                runroot = "{folder.File("run")}"
                graphroot = "{folder.File("data")}"
                """),
            ["CONTAINERS_CONF"] = folder.Write("containers.conf", """
                [containers]
                default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
                [engine]
                cgroup_manager = "cgroupfs"
                events_logger = "file"
                """),
        };
        service = ProgramRun.Start("podman", ["--runtime", "runc", "system", "service", "--time", "0", Host], folder.Path, environment);
    }

    /// <summary>Why Podman cannot be started here, or null where it can.</summary>
    public static string? Unavailable => DockerDaemon.Unavailable ?? (DockerDaemon.FindProgram("podman") is null ? "podman is not installed" : null);

    /// <summary>The address of its socket, for <c>providers.docker.endpoint</c>.</summary>
    public string Host => "unix://" + folder.File("podman.sock");

    /// <summary>Starts the service, and makes the image.</summary>
    public static async Task<PodmanService> StartAsync()
    {
        var podman = new PodmanService();
        try
        {
            await Eventually.HoldsAsync("Podman is ready", podman.AnswersAsync, TimeSpan.FromSeconds(60));
            await podman.DockerAsync("import", await BusyboxSystem.PackAsync(podman.folder), DockerDaemon.Image + ":latest");
        }
        catch (Exception exception)
        {
            var log = podman.service.Output;
            await podman.DisposeAsync();
            throw new InvalidOperationException($"no Podman: {exception.Message}\n{log}", exception);
        }

        return podman;
    }

    /// <summary>Runs <c>docker</c> on Podman's socket with these arguments and returns its output, without the line's end.</summary>
    public async Task<string> DockerAsync(params string[] arguments) => (await ProgramRun.RunAsync("docker", ["--host", Host, .. arguments])).Trim();

    /// <summary>Starts a container whose <c>/</c> answers its name, on a free port of this machine that its label names too. Further labels are <c>key=value</c>.</summary>
    public async Task ServeAsync(string name, params string[] labels)
    {
        var port = QuietPort();
        var setup = new ContainerSetup { Name = name, Port = port, Labels = [$"traefik.http.services.{name}.loadbalancer.server.port={port.ToString(CultureInfo.InvariantCulture)}", .. labels] };
        await DockerAsync(["run", "--detach", "--name", name, "--network", "host", .. setup.Labels.SelectMany(label => new[] { "--label", label }), DockerDaemon.Image, .. setup.Command]);
    }

    /// <summary>Removes a container, running or not.</summary>
    public Task RemoveAsync(string name) => DockerAsync("rm", "--force", name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!service.HasExited && await AnswersAsync())
        {
            foreach (var id in (await DockerAsync("ps", "--all", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await RemoveAsync(id);
            }
        }

        await service.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>Below the range from which connections take their ports, so that none takes it before the container listens.</summary>
    private static int QuietPort()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var port = Random.Shared.Next(20000, 32000);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // In use: try another one.
            }
        }
    }

    private async Task<bool> AnswersAsync()
    {
        if (service.HasExited)
        {
            throw new InvalidOperationException("podman ended");
        }

        await using var ask = ProgramRun.Start("docker", ["--host", Host, "version"]);
        return await ask.ExitCodeAsync(TimeSpan.FromSeconds(20)) == 0;
    }
}
