using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Storage;

namespace Ingress.Testing;

/// <summary>A real certificate authority (Debian's pebble) with its DNS server on free ports of loopback, and a folder for what belongs to it.</summary>
public sealed class Pebble : IAsyncDisposable
{
    private readonly List<Process> processes = [];
    private readonly Lock log = new();
    private readonly List<string> lines = [];
    private readonly HttpClient challtestsrv = new();
    private Process? authority;

    private readonly TemporaryFolder folder = new();

    private Pebble()
    {
    }

    public string Folder => folder.Path;

    public int HttpPort { get; } = FreePort.Next();

    public int TlsPort { get; } = FreePort.Next();

    public int DnsPort { get; } = FreePort.Next();

    public int DirectoryPort { get; } = FreePort.Next();

    private int ManagementPort { get; } = FreePort.Next();

    private int ChalltestPort { get; } = FreePort.Next();

    public string DirectoryUrl => $"https://127.0.0.1:{DirectoryPort}/dir";

    /// <summary>The certificate that the authority's own server is trusted by.</summary>
    public string TrustFile => Path.Combine(Folder, "pebble.crt");

    public string StorageFile => Path.Combine(Folder, "acme.json");

    /// <summary>Puts an elliptic account key into the storage: making Traefik's RSA 4096 takes seconds, which few tests are about.</summary>
    public static void PrepareAccountKey(string storageFile, params string[] resolvers)
    {
        using var storage = AcmeStorage.Open(storageFile);
        foreach (var resolver in resolvers.Where(resolver => storage.Read(resolver).Account is null))
        {
            using var key = AccountKey.CreateElliptic();
            storage.Write(resolver, storage.Read(resolver) with { Account = new StoredAccount("", null, "", key.Export()) });
        }
    }

    /// <summary>Starts the DNS server, and the authority with these settings on top of quick and quiet ones.</summary>
    public static async Task<Pebble> StartAsync(IReadOnlyDictionary<string, object>? configuration = null, IReadOnlyDictionary<string, string>? environment = null, bool strict = false)
    {
        var pebble = new Pebble();
        pebble.WriteServerCertificate();
        pebble.Launch("/usr/bin/pebble-challtestsrv", null, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "",
            "-dns01", $"127.0.0.1:{pebble.DnsPort}", "-management", $"127.0.0.1:{pebble.ChalltestPort}");
        await WaitForPortAsync(pebble.ChalltestPort);
        await pebble.StartAuthorityAsync(configuration, environment, strict);
        return pebble;
    }

    public async Task StartAuthorityAsync(IReadOnlyDictionary<string, object>? configuration = null, IReadOnlyDictionary<string, string>? environment = null, bool strict = false)
    {
        var settings = new Dictionary<string, object>
        {
            ["listenAddress"] = $"127.0.0.1:{DirectoryPort}",
            ["managementListenAddress"] = $"127.0.0.1:{ManagementPort}",
            ["certificate"] = TrustFile,
            ["privateKey"] = Path.Combine(Folder, "pebble.key"),
            ["httpPort"] = HttpPort,
            ["tlsPort"] = TlsPort,
            ["ocspResponderURL"] = "",
            ["externalAccountBindingRequired"] = false,
        };
        foreach (var (key, value) in configuration ?? new Dictionary<string, object>())
        {
            settings[key] = value;
        }

        var file = Path.Combine(Folder, "pebble.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { pebble = settings }));
        var variables = new Dictionary<string, string> { ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = "0", ["PEBBLE_AUTHZREUSE"] = "0" };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            variables[key] = value;
        }

        string[] arguments = ["-config", file, "-dnsserver", $"127.0.0.1:{DnsPort}"];
        authority = Launch("/usr/bin/pebble", variables, strict ? [.. arguments, "-strict"] : arguments);
        await WaitForPortAsync(DirectoryPort);
    }

    /// <summary>The root of the certificates that it issues, as PEM; another one at each start.</summary>
    public async Task<string> RootAsync()
    {
        using var own = X509CertificateLoader.LoadCertificateFromFile(TrustFile);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == own.GetCertHashString();
        using var client = new HttpClient(handler);
        return await client.GetStringAsync(new Uri($"https://127.0.0.1:{ManagementPort}/roots/0"));
    }

    public async Task StopAuthorityAsync()
    {
        authority!.Kill();
        await authority.WaitForExitAsync();
        processes.Remove(authority);
    }

    /// <summary>How often a resource of the authority was asked for, by the path that pebble gives it.</summary>
    public int Calls(string path)
    {
        lock (log)
        {
            return lines.Count(line => Regex.IsMatch(line, $"(POST|HEAD|GET) /{path}"));
        }
    }

    /// <summary>How many orders were taken in; requests that failed for their nonce do not count.</summary>
    public int OrdersPlaced
    {
        get
        {
            lock (log)
            {
                return lines.Count(line => line.Contains("Added order", StringComparison.Ordinal));
            }
        }
    }

    public int NewOrders => Calls("order-plz");

    public int CertificatesIssued
    {
        get
        {
            lock (log)
            {
                return lines.Count(line => line.Contains("Issued certificate serial", StringComparison.Ordinal));
            }
        }
    }

    public int NewAccounts => Calls("sign-me-up");

    public Task SetTxtAsync(string name, string value) => ManageAsync("set-txt", new { host = name, value });

    public Task ClearTxtAsync(string name) => ManageAsync("clear-txt", new { host = name });

    public Task SetCnameAsync(string name, string target) => ManageAsync("set-cname", new { host = name, target });

    public Task SetServfailAsync(string name) => ManageAsync("set-servfail", new { host = name });

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        challtestsrv.Dispose();
        folder.Dispose();
    }

    private async Task ManageAsync(string verb, object body)
    {
        using var response = await challtestsrv.PostAsJsonAsync($"http://127.0.0.1:{ChalltestPort}/{verb}", body);
        response.EnsureSuccessStatusCode();
    }

    private Process Launch(string program, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
        return process;
    }

    private void Keep(string? line)
    {
        lock (log)
        {
            lines.Add(line ?? "");
        }
    }

    private void WriteServerCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=pebble", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(TrustFile, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Folder, "pebble.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task WaitForPortAsync(int port)
    {
        for (var tries = 0; ; tries++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 400)
            {
                await Task.Delay(25);
            }
        }
    }
}
