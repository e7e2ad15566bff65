using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.IntegrationTests.Containers;
using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>The ways to an engine other than Docker's own socket, each with the real thing at its end: TLS, SSH and Podman.</summary>
public sealed class EngineEndpointsTests
{
    /// <summary>Podman's events come later than Docker's.</summary>
    private static readonly TimeSpan FollowedByPodmanWithin = TimeSpan.FromSeconds(5);

    [PodmanFact]
    public async Task PodmansContainersAreFollowed()
    {
        await using var podman = await PodmanService.StartAsync();
        await podman.ServeAsync("early", Labels("early"));
        await using var proxy = await DockerProxy.StartAsync(podman.Host);
        await AnswersAsync(proxy, "early");

        await podman.ServeAsync("late", Labels("late"));
        await AnswersAsync(proxy, "late");
        await podman.RemoveAsync("early");
        await Eventually.HoldsAsync("the removed container is gone", async () => !(await proxy.RoutersAsync()).Contains("early@docker"), FollowedByPodmanWithin);
    }

    [DockerFact]
    public async Task AnEngineIsReachedByTlsWithClientCertificatesAndBySsh()
    {
        using var folder = new TemporaryFolder();
        MakeCertificates(folder);
        var port = FreePort.Next();
        await using var engine = await DockerDaemon.StartAsync(
            "--host", $"tcp://127.0.0.1:{port}", "--tlsverify", "--tlscacert", folder.File("ca.pem"), "--tlscert", folder.File("server.pem"), "--tlskey", folder.File("server-key.pem"));
        await engine.ServeAsync("whoami", "whoami", Labels("whoami"));

        var address = $"tcp://127.0.0.1:{port}";
        var files = $"{{ca: {folder.File("ca.pem")}, cert: {folder.File("cert.pem")}, key: {folder.File("key.pem")}}}";
        await using (var proxy = await DockerProxy.StartAsync(address, $"    tls: {files}\n"))
        {
            await AnswersAsync(proxy, "whoami");
        }

        // Docker's own variables win over the file.
        var variables = new Dictionary<string, string?> { ["DOCKER_HOST"] = address, ["DOCKER_TLS_VERIFY"] = "1", ["DOCKER_CERT_PATH"] = folder.Path, ["DOCKER_API_VERSION"] = "v1.40" };
        await using (var proxy = await DockerProxy.StartAsync("unix:///nowhere.sock", environment: variables))
        {
            await AnswersAsync(proxy, "whoami");
        }

        await using (var proxy = await DockerProxy.StartAsync(address, "    tls: {insecureSkipVerify: true}\n"))
        {
            await Eventually.HoldsAsync("an engine that wants a certificate is told", async () => (await DiscoveryAsync(proxy)).Contains("cannot be followed", StringComparison.Ordinal));
        }

        await using var server = await StartSshAsync(folder);
        var ssh = $"ssh://root@127.0.0.1:{server.Port}{engine.Host["unix://".Length..]}";
        await using (var proxy = await DockerProxy.StartAsync(ssh, environment: new Dictionary<string, string?> { ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}" }))
        {
            await AnswersAsync(proxy, "whoami");
            await engine.ServeAsync("late", "late", Labels("late"));
            await AnswersAsync(proxy, "late");
        }
    }

    private static string[] Labels(string name) => ["traefik.enable=true", $"traefik.http.routers.{name}.rule=Host(`{name}.test`)"];

    private static async Task AnswersAsync(ProxyProcess proxy, string name)
    {
        try
        {
            await proxy.AnswersAsync(name + ".test", "/", name);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\n{await DiscoveryAsync(proxy)}\n{proxy.Run.Output}", exception);
        }
    }

    private static Task<string> DiscoveryAsync(ProxyProcess proxy) => proxy.Client.GetStringAsync(new Uri(proxy.Api, "/api/ingress/discovery"));

    /// <summary>An authority, the engine's certificate and the proxy's, under the names that Docker's command looks for.</summary>
    private static void MakeCertificates(TemporaryFolder folder)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        folder.Write("ca.pem", authority.ExportCertificatePem());
        Issue("server.pem", "server-key.pem", "1.3.6.1.5.5.7.3.1");
        Issue("cert.pem", "key.pem", "1.3.6.1.5.5.7.3.2");

        void Issue(string certificate, string key, string usage)
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var wanted = new CertificateRequest("CN=engine", own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            wanted.CertificateExtensions.Add(names.Build());
            wanted.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
            using var issued = wanted.Create(authority, DateTimeOffset.Now.AddHours(-1), DateTimeOffset.Now.AddHours(1), RandomNumberGenerator.GetBytes(8));
            folder.Write(certificate, issued.ExportCertificatePem());
            folder.Write(key, own.ExportPkcs8PrivateKeyPem());
        }
    }

    /// <summary>An SSH server for the user who runs the tests, and an <c>ssh</c> in the folder that trusts it and has the key.</summary>
    private static async Task<SshServer> StartSshAsync(TemporaryFolder folder)
    {
        var port = FreePort.Next();
        await ProgramRun.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.File("host"));
        await ProgramRun.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.File("user"));
        Directory.CreateDirectory("/run/sshd");
        var run = ProgramRun.Start("/usr/sbin/sshd",
        [
            "-D", "-e", "-f", "/dev/null", "-h", folder.File("host"), "-o", $"ListenAddress=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "-o", "AuthorizedKeysFile=" + folder.File("user.pub"),
            "-o", "StrictModes=no", "-o", "PidFile=none", "-o", "PermitRootLogin=prohibit-password", "-o", "SetEnv=PATH=" + Environment.GetEnvironmentVariable("PATH"),
        ]);
        folder.Write("ssh", $"#!/bin/sh\nexec /usr/bin/ssh -F /dev/null -i {folder.File("user")} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \"$@\"\n");
        File.SetUnixFileMode(folder.File("ssh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Eventually.HoldsAsync("sshd listens", () => run.Output.Contains("listening", StringComparison.Ordinal));
        return new SshServer(run, port);
    }

    private sealed record SshServer(ProgramRun Run, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Run.DisposeAsync();
    }
}
