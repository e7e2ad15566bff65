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
    public Task StopEngineAsync() => daemon.EndAsync();

    /// <summary>Starts the engine anew after <see cref="StopEngineAsync"/>.</summary>
    public async Task StartEngineAsync()
    {
        await daemon.DisposeAsync();
        daemon = StartDaemon();
        await ReadyAsync();
    }

    /// <summary>Removes a container, running or not.</summary>
    public Task RemoveAsync(string name) => DockerAsync("rm", "--force", name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!daemon.HasExited && await AnswersAsync())
        {
            var containers = (await DockerAsync("ps", "--all", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (containers.Length > 0)
            {
                await DockerAsync(["rm", "--force", .. containers]);
            }

            await DockerAsync("network", "prune", "--force");
        }

        await daemon.DisposeAsync();
        folder.Dispose();
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(path => Path.Combine(path, name)).FirstOrDefault(File.Exists);

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

    private async Task MakeImageAsync()
    {
        var system = Directory.CreateDirectory(folder.File("system/bin"));
        File.Copy(FindProgram("busybox")!, Path.Combine(system.FullName, "busybox"));
        var archive = folder.File("system.tar");
        var links = new[] { "sh", "echo", "mkdir", "cat", "sleep" };
        foreach (var link in links)
        {
            File.CreateSymbolicLink(Path.Combine(system.FullName, link), "busybox");
        }

        await ProgramRun.RunAsync("tar", "-C", system.Parent!.FullName, "-cf", archive, ".");
        await DockerAsync("import", archive, Image + ":latest");
    }

    /// <summary>The subnet is taken by trial, as another engine may hold it.</summary>
    private async Task MakeNetworkAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            var octet = Random.Shared.Next(1, 255).ToString(CultureInfo.InvariantCulture);
            try
            {
                await DockerAsync("network", "create", "--subnet", $"10.213.{octet}.0/24", "--opt", "com.docker.network.bridge.name=ingress-" + octet, Network);
                return;
            }
            catch (InvalidOperationException) when (attempt < 20)
            {
                // That subnet or bridge is in use: try another one.
            }
        }
    }
}
