using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Tls;
using Ingress.Proxy.Tls.OpenSsl;
using Ingress.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Tls.OpenSsl;

/// <summary>Which tickets are taken while the keys change, asked by OpenSSL's client, which keeps its tickets in files.</summary>
public sealed class TicketKeysTests : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromTicks(1);

    private readonly FakeTimeProvider clock = new();
    private readonly TemporaryFolder folder = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TlsContext context;

    public TicketKeysTests()
    {
        context = TlsContexts.Of(DefaultCertificate.Generated, keys: new TicketKeys(clock));
        listener.Start();
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task ATicketIsTakenUntilItsKeyHasBeenReplacedTwice(string version)
    {
        Assert.False(await VisitAsync(version, "-sess_out", folder.File("old")));
        clock.Advance(TicketKeys.Life - Moment);
        Assert.True(await VisitAsync(version, "-sess_in", folder.File("old")), "the key is still the current one");
        clock.Advance(Moment);
        Assert.True(await VisitAsync(version, "-sess_in", folder.File("old")), "the key is the one before");
        clock.Advance(TicketKeys.Life);
        Assert.False(await VisitAsync(version, "-sess_in", folder.File("old")), "the key is gone, and a full handshake follows");
    }

    // OpenSSL's client writes the new ticket of a resumed session down in TLS 1.3 only.
    [Fact]
    public async Task ATicketOfTheKeyBeforeIsReplacedByOneOfTheCurrentKey()
    {
        await VisitAsync("-tls1_3", "-sess_out", folder.File("old"));
        clock.Advance(TicketKeys.Life);
        Assert.True(await VisitAsync("-tls1_3", "-sess_in", folder.File("old"), "-sess_out", folder.File("renewed")));
        clock.Advance(TicketKeys.Life);
        Assert.True(await VisitAsync("-tls1_3", "-sess_in", folder.File("renewed")));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task AfterALongSilenceTheKeyBeforeIsGoneToo(string version)
    {
        await VisitAsync(version, "-sess_out", folder.File("old"));
        clock.Advance(2 * TicketKeys.Life);
        Assert.False(await VisitAsync(version, "-sess_in", folder.File("old"), "-sess_out", folder.File("new")));
        Assert.True(await VisitAsync(version, "-sess_in", folder.File("new")));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task ATicketOfAnotherProcessIsFollowedByAFullHandshake(string version)
    {
        using var other = new TicketKeysTests();
        await other.VisitAsync(version, "-sess_out", folder.File("foreign"));
        Assert.False(await VisitAsync(version, "-sess_in", folder.File("foreign")));
    }

    public void Dispose()
    {
        listener.Dispose();
        context.Dispose();
        folder.Dispose();
    }

    /// <summary>One connection that is served to its end; whether it has taken up the client's session.</summary>
    private async Task<bool> VisitAsync(params string[] arguments)
    {
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        using var client = Process.Start(new ProcessStartInfo("openssl", ["s_client", "-connect", "127.0.0.1:" + port, "-ign_eof", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = client.StandardOutput.ReadToEndAsync();
        var error = client.StandardError.ReadToEndAsync();
        var isResumed = await ServeAsync();
        await client.WaitForExitAsync();
        Assert.Contains("served", await output + await error, StringComparison.Ordinal);
        Assert.Equal(isResumed, (await output).Contains("Reused, TLS", StringComparison.Ordinal));
        return isResumed;
    }

    private async Task<bool> ServeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = await listener.AcceptSocketAsync(limit.Token);
        await using var connection = new NetworkStream(socket);
        await using var stream = new TlsServerStream(context);
        await stream.HandshakeAsync(connection, limit.Token);
        stream.Continue(new DuplexPipe(PipeReader.Create(connection), PipeWriter.Create(connection)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes("served"), limit.Token);
        await stream.ShutdownAsync();
        return stream.Connection.IsResumed;
    }
}
