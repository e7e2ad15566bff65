using System.Globalization;

namespace Ingress.Testing;

/// <summary>
/// A real Docker engine of the test's own, in a temporary folder, with an image <c>busybox</c> and one network whose addresses this machine reaches. It neither
/// touches the machine's firewall nor its other engines. Needs root.
/// </summary>
public sealed class DockerDaemon : IAsyncDisposable
{
    /// <summary>The image, made from Debian's busybox-static: an empty system with <c>/bin/busybox</c>.</summary>
    public const string Image = "busybox";

    /// <summary>The network that containers join.</summary>
    public const string Network = "test";

    private readonly TemporaryFolder folder = new();
    private readonly string[] further;
    private ProgramRun daemon;
    private bool isSwarm;
    private bool isStopped;

    private DockerDaemon(string[] further)
    {
        this.further = further;
        daemon = StartDaemon();
    }

    /// <summary>The address of its socket, for <c>providers.docker.endpoint</c>.</summary>
    public string Host => "unix://" + folder.File("docker.sock");

    /// <summary>Why no engine can be started here, or null where one can.</summary>
    public static string? Unavailable
    {
        get
        {
            if (!Environment.IsPrivilegedProcess)
            {
                return "a Docker engine needs root";
            }

            return FindProgram("dockerd") is null || FindProgram("busybox") is null ? "dockerd or busybox is not installed" : null;
        }
    }

    /// <summary>Starts the engine, with further options of <c>dockerd</c>, and makes the image and the network.</summary>
    public static async Task<DockerDaemon> StartAsync(params string[] further)
    {
        var engine = new DockerDaemon(further);
        try
        {
            await engine.ReadyAsync();
            await engine.MakeImageAsync();
            await engine.MakeNetworkAsync();
        }
        catch (Exception exception)
        {
            var log = engine.daemon.Output;
            await engine.DisposeAsync();
            throw new InvalidOperationException($"no Docker engine: {exception.Message}\n{log}", exception);
        }

        return engine;
    }

    /// <summary>Runs <c>docker</c> with these arguments and returns its output, without the line's end.</summary>
    public async Task<string> DockerAsync(params string[] arguments) => (await ProgramRun.RunAsync("docker", ["--host", Host, .. arguments])).Trim();

    /// <summary>Starts a container that answers <c>/</c> on port 80 with <paramref name="answer"/>. Labels are <c>key=value</c>.</summary>
    public Task<string> ServeAsync(string name, string answer, params string[] labels) => RunAsync(new ContainerSetup { Name = name, Answer = answer, Labels = labels });

    /// <summary>Starts a container and returns its id.</summary>
    public Task<string> RunAsync(ContainerSetup setup)
    {
        string[] network = setup.Options.Contains("--network") ? [] : ["--network", Network, "--expose", setup.Port.ToString(CultureInfo.InvariantCulture)];
        return DockerAsync(
        [
            "run", "--detach", "--init=false", "--stop-timeout", "1", "--name", setup.Name, .. network,
            .. setup.Labels.SelectMany(label => new[] { "--label", label }), .. setup.Options, Image, .. setup.Command,
        ]);
    }

    /// <summary>Ends the engine; its containers go on where it was started with <c>--live-restore</c>.</summary>
    public async Task StopEngineAsync()
    {
        isStopped = true;
        await daemon.EndAsync();
    }

    /// <summary>Starts the engine anew after <see cref="StopEngineAsync"/>.</summary>
    public async Task StartEngineAsync()
    {
        await daemon.DisposeAsync();
        daemon = StartDaemon();
        await ReadyAsync();
        isStopped = false;
    }

    /// <summary>Removes a container, running or not.</summary>
    public Task RemoveAsync(string name) => DockerAsync("rm", "--force", name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (isStopped)
        {
            // Its containers may still run, and only it can end them.
            await StartEngineAsync();
        }

        if (!daemon.HasExited && await AnswersAsync())
        {
            if (isSwarm)
            {
                await DockerAsync("swarm", "leave", "--force");
            }

            var containers = (await DockerAsync("ps", "--all", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (containers.Length > 0)
            {
                await DockerAsync(["rm", "--force", .. containers]);
            }

            await DockerAsync("network", "prune", "--force");
        }

        await daemon.DisposeAsync();
        foreach (var place in MountsLeft())
        {
            await ProgramRun.RunAsync("umount", place);
        }

        folder.Dispose();
    }

    internal static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(path => Path.Combine(path, name)).FirstOrDefault(File.Exists);

    /// <summary>
    /// Makes a Swarm of one node with an overlay network <see cref="Network"/>, and starts a container in it; returns how a program is started inside of that
    /// network, and the address at which this machine reaches it there.
    /// </summary>
    /// <remarks>All addresses, ports and names of interfaces are taken by chance, as engines of other tests run on this machine.</remarks>
    public async Task<(IReadOnlyList<string> Wrapper, string Address)> BecomeSwarmAsync()
    {
        await DockerAsync("network", "rm", Network);
        await TryNumbersAsync(octet => ["network", "create", "--subnet", $"10.212.{octet}.0/24", "--opt", "com.docker.network.bridge.name=ingress-gw-" + octet, "docker_gwbridge"]);
        var node = $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(1, 255)}.1";
        var dataPort = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        await DockerAsync("swarm", "init", "--listen-addr", $"{node}:{FreePort.Next()}", "--advertise-addr", node, "--data-path-port", dataPort);
        isSwarm = true;
        await TryNumbersAsync(octet => ["network", "create", "--driver", "overlay", "--attachable", "--subnet", $"10.214.{octet}.0/24", Network]);
        await RunAsync(new ContainerSetup { Name = "gate" });
        var process = await DockerAsync("inspect", "--format", "{{.State.Pid}}", "gate");
        string[] wrapper = ["nsenter", $"--net=/proc/{process}/ns/net"];
        var interfaces = await ProgramRun.RunAsync("nsenter", wrapper[1], "ip", "-4", "-o", "addr", "show", "dev", "eth1");
        return (wrapper, interfaces.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3].Split('/')[0]);
    }

    /// <summary>Makes a Swarm service, each of whose tasks is what <see cref="RunAsync"/> would start.</summary>
    public Task<string> CreateServiceAsync(ContainerSetup setup) => DockerAsync(
    [
        "service", "create", "--detach", "--no-resolve-image", "--name", setup.Name, "--network", Network, "--stop-grace-period", "4s",
        .. setup.Labels.SelectMany(label => new[] { "--label", label }), .. setup.Options, Image, .. setup.Command,
    ]);

    private ProgramRun StartDaemon() => ProgramRun.Start("dockerd",
    [
        "--data-root", folder.File("data"), "--exec-root", folder.File("exec"), "--pidfile", folder.File("pid"), "--host", Host,
        "--config-file", folder.Write("daemon.json", "{}"), "--storage-driver", "vfs", "--bridge", "none", "--iptables=false", "--ip6tables=false", .. further,
    ]);

    private Task ReadyAsync() => Eventually.HoldsAsync("the Docker engine is ready", AnswersAsync, TimeSpan.FromSeconds(60));

    private async Task<bool> AnswersAsync()
    {
        if (daemon.HasExited)
        {
            throw new InvalidOperationException("dockerd ended");
        }

        await using var ask = ProgramRun.Start("docker", ["--host", Host, "version"]);
        return await ask.ExitCodeAsync(TimeSpan.FromSeconds(20)) == 0;
    }

    private async Task MakeImageAsync() => await DockerAsync("import", await BusyboxSystem.PackAsync(folder), Image + ":latest");

    private Task MakeNetworkAsync() => TryNumbersAsync(
        octet => ["network", "create", "--subnet", $"10.213.{octet}.0/24", "--opt", "com.docker.network.bridge.name=ingress-" + octet, Network]);

    /// <summary>Runs a command with numbers until one is free: another engine may hold the subnet or the bridge.</summary>
    private async Task TryNumbersAsync(Func<string, string[]> command)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await DockerAsync(command(Random.Shared.Next(1, 255).ToString(CultureInfo.InvariantCulture)));
                return;
            }
            catch (InvalidOperationException) when (attempt < 20)
            {
                // That number is in use: try another one.
            }
        }
    }

    /// <summary>The engine leaves the network namespace of host-network containers mounted, and its data where it keeps containers alive.</summary>
    private IEnumerable<string> MountsLeft() =>
        File.ReadAllLines("/proc/self/mounts").Select(line => line.Split(' ')[1]).Where(place => place.StartsWith(folder.Path + "/", StringComparison.Ordinal)).OrderDescending(StringComparer.Ordinal);
}
