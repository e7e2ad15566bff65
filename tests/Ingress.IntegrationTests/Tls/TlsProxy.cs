using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Tls;

/// <summary>The program with an HTTPS entry point, an authority of its own, and OpenSSL's client, which can name servers and keep sessions as it likes.</summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    private TlsProxy(ProxyProcess process, Backend backend, TestAuthority authority, int port) => (Process, Backend, Authority, Port) = (process, backend, authority, port);

    public ProxyProcess Process { get; }

    public Backend Backend { get; }

    public TestAuthority Authority { get; }

    /// <summary>The port of the entry point <c>websecure</c>.</summary>
    public int Port { get; }

    /// <summary>
    /// Starts it. The texts may use <c>{dir}</c>, where <c>site.crt</c> (all of site.test), <c>site.key</c>, <c>ca.crt</c>, <c>client.crt</c> and
    /// <c>client.key</c> lie, and <c>{backend}</c>.
    /// </summary>
    public static async Task<TlsProxy> StartAsync(string dynamic, string moreStatic = "", string? responder = null, string entryPoint = "", Action<ProxyProcess>? onStart = null)
    {
        var port = FreePort.Next();
        var backend = await Backend.StartAsync();
        var authority = new TestAuthority("site");
        var entryPoints = $"entryPoints:\n  websecure:\n    address: \"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}\"\n{entryPoint}";
        var process = ProxyProcess.Start(new ProxySetup
        {
            Static = ProxySetup.UsualStatic.Replace("entryPoints:\n", entryPoints, StringComparison.Ordinal) + moreStatic,
        });
        var proxy = new TlsProxy(process, backend, authority, port);
        proxy.WritePair("site", authority.Server(["site.test", "*.site.test", "*.wild.site.test"], responder));
        proxy.WritePair("client", authority.Client("client"));
        process.Write("ca.crt", authority.RootPem);
        process.Write("issuer.crt", authority.IntermediatePem);
        onStart?.Invoke(process);
        await process.ReadyAsync();
        await proxy.ApplyAsync(dynamic, "first");
        return proxy;
    }

    /// <summary>Replaces the dynamic configuration and returns once it is in force; <paramref name="mark"/> has to be new each time.</summary>
    public async Task ApplyAsync(string dynamic, string mark)
    {
        var text = dynamic.Replace("{backend}", Backend.Url, StringComparison.Ordinal);
        Process.WriteDynamic(text.Replace("  routers:\n", $"  routers:\n    {mark}: {{rule: \"Host(`{mark}.mark`)\", entryPoints: [web], service: noop@internal}}\n", StringComparison.Ordinal));
        await Eventually.HoldsAsync("the configuration is in force", async () => (await Process.RoutersAsync()).Contains(mark + "@file"), TimeSpan.FromSeconds(30));
    }

    /// <summary>Writes a certificate with its chain and its key.</summary>
    public void WritePair(string name, (string Chain, string Key) pair)
    {
        Process.Write(name + ".key", pair.Key);
        Process.Write(name + ".crt", pair.Chain);
    }

    /// <summary>One connection of OpenSSL's client: requests for these hosts one after the other, and what became of it.</summary>
    public Task<Conversation> TalkAsync(string? serverName, string[] hosts, params string[] arguments) => TalkToAsync(Port, serverName, hosts, arguments);

    /// <summary>The same on another port.</summary>
    public async Task<Conversation> TalkToAsync(int port, string? serverName, string[] hosts, params string[] arguments)
    {
        string[] name = serverName is null ? ["-noservername"] : ["-servername", serverName];
        string[] all = ["s_client", "-connect", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "-CAfile", Process.File("ca.crt"), "-ign_eof", .. name, .. arguments];
        var start = new ProcessStartInfo("openssl", all) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var client = System.Diagnostics.Process.Start(start)!;
        var output = client.StandardOutput.ReadToEndAsync();
        var error = client.StandardError.ReadToEndAsync();
        var requests = hosts.Select((host, index) => $"GET / HTTP/1.1\r\nHost: {host}\r\n{(index == hosts.Length - 1 ? "Connection: close\r\n" : "")}\r\n");
        try
        {
            await client.StandardInput.WriteAsync(string.Concat(requests));
            await client.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended already, as the handshake failed; its output says why.
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await client.WaitForExitAsync(limit.Token);
        return new Conversation(await output + await error);
    }

    /// <summary>The arguments for the client's certificate with its chain.</summary>
    public string[] WithClientCertificate => ["-cert", Process.File("client.crt"), "-key", Process.File("client.key"), "-cert_chain", Process.File("issuer.crt")];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Backend.DisposeAsync();
        Authority.Dispose();
    }
}

/// <summary>What OpenSSL's client printed.</summary>
internal sealed record Conversation(string Output)
{
    /// <summary>Of each answer, the router that says so in <c>X-Router</c>, or the status.</summary>
    public IReadOnlyList<string> Answers => [.. Regex.Matches(Output, @"HTTP/1\.1 (\d+)[^\n]*\r\n((?:[^\r\n]+\r\n)*)").Select(answer =>
        Regex.Match(answer.Groups[2].Value, @"X-Router: (\S+)\r\n", RegexOptions.IgnoreCase) is { Success: true } router ? router.Groups[1].Value : answer.Groups[1].Value)];

    /// <summary>Whether the session was an old one.</summary>
    public bool IsResumed => Regex.IsMatch(Output, "^ *Reused, TLS", RegexOptions.Multiline);

    /// <summary>The protocol version.</summary>
    public string Version => Regex.Match(Output, @"(?:New|Reused), (TLSv[\d.]+)").Groups[1].Value;
}
