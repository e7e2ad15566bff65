using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Certificates;

/// <summary>The program before a real authority: HTTP on the port to which that one comes, HTTPS on another.</summary>
internal sealed class AcmeProxy : IAsyncDisposable
{
    private readonly Pebble pebble;

    private AcmeProxy(Pebble pebble, ProxyProcess program) => (this.pebble, Program) = (pebble, program);

    public ProxyProcess Program { get; }

    /// <summary>A static configuration with one resolver named <c>le</c>.</summary>
    private static string Static(Pebble pebble) => $$"""
        entryPoints:
          web:
            address: "127.0.0.1:{{pebble.HttpPort}}"
          websecure:
            address: "127.0.0.1:{{pebble.TlsPort}}"
          traefik:
            address: "127.0.0.1:{api}"
        api:
          insecure: true
        ping: {}
        providers:
          providersThrottleDuration: 100ms
          file:
            filename: "{dir}/dynamic.yml"
        certificatesResolvers:
          le:
            acme:
              caServer: {{pebble.DirectoryUrl}}
              caCertificates: ["{{pebble.TrustFile}}"]
              storage: "{{pebble.StorageFile}}"
              keyType: EC256
              httpChallenge:
                entryPoint: web

        """;

    /// <summary>A dynamic configuration with a router for each name, all of which want a certificate.</summary>
    private static string Dynamic(params string[] names)
    {
        var text = new StringBuilder("http:\n  routers:\n");
        for (var i = 0; i < names.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    r{i}:\n      entryPoints: [websecure]\n      rule: Host(`{names[i]}`)\n      service: noop@internal\n      tls:\n        certResolver: le\n");
        }

        return text.ToString();
    }

    /// <summary>Starts the program with routers for these names; <paramref name="more"/> is added to its static configuration.</summary>
    public static async Task<AcmeProxy> StartAsync(Pebble pebble, string[] names, string more = "")
    {
        Pebble.PrepareAccountKey(pebble.StorageFile, "le");
        return new AcmeProxy(pebble, await ProxyProcess.StartAsync(new ProxySetup { Static = Static(pebble) + more, Dynamic = Dynamic(names) }));
    }

    /// <summary>What <c>/api/ingress/certificates</c> answers.</summary>
    public async Task<IReadOnlyList<JsonNode>> StatesAsync()
    {
        var answer = await Program.Client.GetStringAsync(new Uri(Program.Api, "/api/ingress/certificates"));
        return [.. JsonNode.Parse(answer)!.AsArray().Select(node => node!)];
    }

    /// <summary>Waits until a name's state is the one expected, and gives its entry.</summary>
    public async Task<JsonNode> UntilAsync(string name, string state)
    {
        JsonNode? found = null;
        await Eventually.HoldsAsync(
            $"{name} is {state}",
            async () =>
            {
                found = (await StatesAsync()).FirstOrDefault(entry => entry["names"]!.AsArray().Any(own => own!.GetValue<string>() == name));
                return found?["state"]!.GetValue<string>() == state;
            },
            TimeSpan.FromSeconds(60));
        return found!;
    }

    /// <summary>One connection with one request; gives the certificate that was shown and the answer's status line.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "The test looks at the certificate itself.")]
    public async Task<(X509Certificate2 Certificate, string StatusLine)> ConnectAsync(string name, CancellationToken cancellation = default)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", pebble.TlsPort, cancellation);
        X509Certificate2? shown = null;
        await using var tls = new SslStream(socket.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData())) is not null,
        };
        await tls.AuthenticateAsClientAsync(options, cancellation);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"), cancellation);
        using var reader = new StreamReader(tls, Encoding.ASCII);
        return (shown!, await reader.ReadLineAsync(cancellation) ?? "");
    }

    public ValueTask DisposeAsync() => Program.DisposeAsync();
}
