using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Tls;
using Ingress.Proxy.Tls.OpenSsl;

namespace Ingress.Proxy.Tests.Tls.OpenSsl;

/// <summary>Handshakes on the bare socket, and what comes after them.</summary>
public sealed class TlsServerStreamTests : IDisposable
{
    private readonly CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public TlsServerStreamTests() => listener.Start();

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task WhatComesWithTheEndOfAHandshakeIsRead(SslProtocols version)
    {
        using var context = TlsContexts.Of(DefaultCertificate.Generated);
        using var connection = new TcpClient();
        var serving = EchoAsync(context);
        await connection.ConnectAsync((IPEndPoint)listener.LocalEndpoint, patience.Token);
        using var held = new HeldBack(connection.GetStream(), holds: version == SslProtocols.Tls13);
        await using var client = new SslStream(held);
        await client.AuthenticateAsClientAsync(Expecting(DefaultCertificate.Generated, version), patience.Token);
        await client.WriteAsync(Encoding.ASCII.GetBytes("question"), patience.Token);
        await held.ReleaseAsync();
        var answer = new byte[8];
        await client.ReadExactlyAsync(answer, patience.Token);
        Assert.Equal("question", Encoding.ASCII.GetString(answer));
        Assert.Equal(0, await client.ReadAsync(answer, patience.Token));
        await serving;
    }

    [Fact]
    public async Task AClientThatLeavesEndsTheHandshake()
    {
        using var context = TlsContexts.Of(DefaultCertificate.Generated);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, patience.Token);
            await client.GetStream().WriteAsync(new byte[] { 0x16, 3, 1 }, patience.Token);
        }

        var error = await Assert.ThrowsAsync<IOException>(() => EchoAsync(context));
        Assert.Contains("went away", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatSpeaksSomethingElseGetsAnAlert()
    {
        using var context = TlsContexts.Of(DefaultCertificate.Generated);
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, patience.Token);
        var serving = EchoAsync(context);
        await client.GetStream().WriteAsync(new byte[] { 0x16, 3, 1, 0, 4, 99, 0, 0, 0 }, patience.Token);
        await Assert.ThrowsAsync<AuthenticationException>(() => serving);
        var alert = new byte[7];
        await client.GetStream().ReadExactlyAsync(alert, patience.Token);
        Assert.Equal(0x15, alert[0]);
        Assert.Equal(2, alert[5]);
    }

    // OpenSSL by itself would complete the chain from the authorities that clients are checked against.
    [Fact]
    public async Task OnlyTheCertificatesOfTheFileAreSent()
    {
        using var authority = Issue("CN=authority", null);
        using var own = Issue("CN=own", authority);
        var served = new ServedCertificate(own, []);
        using var context = TlsContexts.Of(served, new ClientCertificateDemand(MustBeGiven: false, MustBeTrusted: true, [authority]));
        using var connection = new TcpClient();
        var serving = EchoAsync(context);
        await connection.ConnectAsync((IPEndPoint)listener.LocalEndpoint, patience.Token);
        var sent = new List<string>();
        var options = Expecting(served, SslProtocols.Tls13);
        options.RemoteCertificateValidationCallback = (_, shown, chain, _) =>
        {
            sent.AddRange(chain!.ChainPolicy.ExtraStore.Select(certificate => certificate.Subject));
            return served.Leaf.Equals(shown);
        };
        await using var client = new SslStream(connection.GetStream());
        await client.AuthenticateAsClientAsync(options, patience.Token);
        Assert.DoesNotContain("CN=authority", sent);
        await client.WriteAsync(Encoding.ASCII.GetBytes("question"), patience.Token);
        await serving;
    }

    public void Dispose()
    {
        listener.Dispose();
        patience.Dispose();
    }

    // Shakes hands with the next client, and gives back the first eight bytes.
    private async Task EchoAsync(TlsContext context)
    {
        using var socket = await listener.AcceptSocketAsync(patience.Token);
        await using var connection = new NetworkStream(socket);
        await using var stream = new TlsServerStream(context);
        await stream.HandshakeAsync(connection, patience.Token);
        stream.Continue(new DuplexPipe(PipeReader.Create(connection), PipeWriter.Create(connection)));
        var question = new byte[8];
        await stream.ReadExactlyAsync(question, patience.Token);
        await stream.WriteAsync(question, patience.Token);
        await stream.ShutdownAsync();
    }

    private static SslClientAuthenticationOptions Expecting(ServedCertificate expected, SslProtocols version) => new()
    {
        TargetHost = "any.test",
        EnabledSslProtocols = version,
        RemoteCertificateValidationCallback = (_, shown, _, _) => expected.Leaf.Equals(shown),
    };

    private static X509Certificate2 Issue(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        if (issuer is null)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            return request.CreateSelfSigned(from, to);
        }

        using var certificate = request.Create(issuer, from, to, [1]);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A client's connection that sends its first words at once, and holds the others back so that they leave together.</summary>
    private sealed class HeldBack(NetworkStream connection, bool holds) : DuplexPipeStream(new DuplexPipe(PipeReader.Create(connection), PipeWriter.Create(connection)))
    {
        private readonly MemoryStream later = new();
        private bool isHolding;

        public Task ReleaseAsync() => base.WriteAsync(later.ToArray()).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var write = isHolding ? later.WriteAsync(buffer, cancellationToken) : base.WriteAsync(buffer, cancellationToken);
            isHolding = holds;
            return write;
        }
    }
}
