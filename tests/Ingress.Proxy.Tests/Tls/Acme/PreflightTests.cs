using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Ingress.Proxy.Tls.Acme;
using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class PreflightTests
{
    private const string Public = "203.0.113.7";

    [Theory]
    [InlineData("https://acme-v02.api.letsencrypt.org/directory", true)]
    [InlineData("https://ca.example.com/acme", true)]
    [InlineData("https://8.8.8.8/dir", true)]
    [InlineData("https://127.0.0.1:14000/dir", false)]
    [InlineData("https://192.168.1.5/dir", false)]
    [InlineData("https://[fd00::1]/dir", false)]
    [InlineData("https://step-ca/acme", false)]
    [InlineData("https://ca.home.arpa/acme", false)]
    [InlineData("nonsense", false)]
    public void OnlyAuthoritiesOnTheInternetConcernIt(string caServer, bool expected) => Assert.Equal(expected, Preflight.Concerns(caServer));

    [Theory]
    [InlineData("nas")]
    [InlineData("nas.local")]
    [InlineData("*.lan.home.arpa")]
    [InlineData("www.example")]
    public async Task ANameOfNoPublicDomainIsFound(string name)
    {
        var finding = await new Preflight(new ChallengeTokens(), null, Network(Public, 1)).ExamineAsync([name], CancellationToken.None);
        Assert.Contains("is not a public name, so a public authority will refuse it", finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("192.168.0.9")]
    [InlineData("100.64.0.1")]
    [InlineData("fd00::5")]
    [InlineData("::1")]
    public async Task ANameThatLeadsIntoAPrivateNetworkIsFound(string address)
    {
        var finding = await new Preflight(new ChallengeTokens(), null, Network(address, 1)).ExamineAsync(["www.example.com"], CancellationToken.None);
        Assert.Equal($"www.example.com resolves to {address}, which the internet cannot reach", finding);
    }

    [Fact]
    public async Task ANameThatDoesNotResolveIsFoundAndOthersAreLookedAtAllTheSame()
    {
        var network = Network(Public, 1) with { ResolveAsync = (name, _) => name == "gone.example.com" ? throw new SocketException((int)SocketError.HostNotFound) : Task.FromResult<IPAddress[]>([IPAddress.Loopback]) };
        var finding = await new Preflight(new ChallengeTokens(), null, network).ExamineAsync(["gone.example.com", "here.example.com"], CancellationToken.None);
        Assert.Equal("gone.example.com does not resolve (HostNotFound); here.example.com resolves to 127.0.0.1, which the internet cannot reach", finding);
    }

    [Fact]
    public async Task WithTheDnsChallengeNeitherAddressNorPortMatters() =>
        Assert.Equal("", await new Preflight(null, null, Network("10.0.0.1", 1)).ExamineAsync(["*.example.com", "example.com"], CancellationToken.None));

    [Fact]
    public async Task Port80ThatLeadsHereIsFine()
    {
        var tokens = new ChallengeTokens();
        var service = new AcmeHttpService(tokens, NullLogger<AcmeHttpService>.Instance);
        await using var server = await StartAsync(listen => { }, service.InvokeAsync);
        Assert.Equal("", await new Preflight(tokens, null, Network(Public, PortOf(server))).ExamineAsync(["www.example.com"], CancellationToken.None));
    }

    [Fact]
    public async Task Port80OfAnotherServerIsFound()
    {
        await using var other = await Backend.StartAsync();
        Assert.Equal(
            "port 80 of www.example.com answers, but it is not this server (HTTP/1.1 200 OK)",
            await new Preflight(new ChallengeTokens(), null, Network(Public, other.Port)).ExamineAsync(["www.example.com"], CancellationToken.None));
    }

    [Theory]
    [InlineData(false, "port 80 of www.example.com cannot be reached from here")]
    [InlineData(true, "port 443 of www.example.com cannot be reached from here")]
    public async Task AClosedPortIsFound(bool tls, string expected)
    {
        var preflight = tls ? new Preflight(null, Challenge(), Network(Public, FreePort.Next())) : new Preflight(new ChallengeTokens(), null, Network(Public, FreePort.Next()));
        Assert.StartsWith(expected, await preflight.ExamineAsync(["www.example.com"], CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port443ThatLeadsHereIsFineAndLeavesNoChallengeBehind()
    {
        var challenge = Challenge();
        await using var server = await StartAsync(listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = context => ValueTask.FromResult(new System.Net.Security.SslServerAuthenticationOptions
            {
                ServerCertificate = challenge.Find(context.ClientHelloInfo.ServerName) ?? throw new AuthenticationException("no challenge"),
                ApplicationProtocols = [new System.Net.Security.SslApplicationProtocol(TlsAlpn01Challenge.Protocol)],
            }),
        }));
        Assert.Equal("", await new Preflight(null, challenge, Network(Public, PortOf(server))).ExamineAsync(["www.example.com"], CancellationToken.None));
        Assert.False(challenge.IsPending);
    }

    [Fact]
    public async Task Port443OfAnotherServerIsFound()
    {
        await using var pebble = await Pebble.StartAsync();
        Assert.Equal(
            "port 443 of www.example.com answers, but it is not this server (it does not speak acme-tls/1)",
            await new Preflight(null, Challenge(), Network(Public, pebble.DirectoryPort)).ExamineAsync(["www.example.com"], CancellationToken.None));
    }

    [Fact]
    public async Task TheFindingIsAWarningBeforeTheFirstOrderAndTheOrderIsPlacedAllTheSame()
    {
        await using var stage = await AcmeStage.StartAsync(preflight: new Preflight(new ChallengeTokens(), null, Network("10.0.0.1", 1)));
        stage.Authority.Instead = async (context, path) => path == "/new-order" && await FakeAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "no");
        stage.Want("www.example.com");
        await stage.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));
        Assert.True(stage.Authority.CallsTo("/new-order").Count > 1);
        var warning = Assert.Single(stage.Log.Lines, line => line.Message.StartsWith("Before the first order", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("www.example.com resolves to 10.0.0.1, which the internet cannot reach", warning.Message, StringComparison.Ordinal);
    }

    private static PreflightNetwork Network(string address, int port) => new()
    {
        ResolveAsync = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]),
        ConnectAsync = (_, _, cancellation) => new PreflightNetwork().ConnectAsync("127.0.0.1", port, cancellation),
    };

    private static TlsAlpn01Challenge Challenge() => new(default, TimeProvider.System);

    private static async Task<WebApplication> StartAsync(Action<ListenOptions> configure, RequestDelegate? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, configure));
        var web = builder.Build();
        web.Run(answer ?? (_ => Task.CompletedTask));
        await web.StartAsync();
        return web;
    }

    private static int PortOf(WebApplication web) => new Uri(web.Urls.First()).Port;
}
