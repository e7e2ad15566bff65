using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Ingress.Proxy.Tls.Acme;
using Ingress.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tests.Tls.Acme;

/// <summary>Resolvers with the two listeners that an authority looks at, and everything that was logged.</summary>
internal sealed class AcmeFixture : IAsyncDisposable
{
    private readonly WebApplication web;

    private AcmeFixture(WebApplication web, AcmeResolvers resolvers, LogCollector log) => (this.web, Resolvers, Log) = (web, resolvers, log);

    public AcmeResolvers Resolvers { get; }

    public LogCollector Log { get; }

    public string LogText => string.Join('\n', Log.Lines.Select(line => $"{line.Level} {line.Message} {line.Exception}"));

    public AcmeResolver Resolver => Resolvers.Resolvers.First();

    public static AcmeOptions Options(Pebble pebble) => new()
    {
        Email = "admin@home.test",
        CaServer = pebble.DirectoryUrl,
        CaCertificates = [pebble.TrustFile],
        Storage = pebble.StorageFile,
        KeyType = "EC256",
        HttpChallenge = new AcmeHttpChallengeOptions { EntryPoint = "web" },
    };

    public static Task<AcmeFixture> StartAsync(Pebble pebble, AcmeOptions? options = null, TimeProvider? time = null, IReadOnlyDictionary<string, string>? environment = null) =>
        StartAsync(pebble, new Dictionary<string, AcmeOptions> { ["le"] = options ?? Options(pebble) }, time, environment);

    public static async Task<AcmeFixture> StartAsync(
        Pebble pebble, IReadOnlyDictionary<string, AcmeOptions> options, TimeProvider? time = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        foreach (var (name, own) in options)
        {
            Pebble.PrepareAccountKey(own.Storage, name);
        }

        var log = new LogCollector();
        var resolvers = new AcmeResolvers(options, log, time ?? TimeProvider.System, name => environment?.GetValueOrDefault(name));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, pebble, resolvers));
        var web = builder.Build();
        web.Run(resolvers.HttpService.InvokeAsync);
        await web.StartAsync();
        await resolvers.StartAsync(CancellationToken.None);
        return new AcmeFixture(web, resolvers, log);
    }

    public void Want(params string[][] sets) => Resolver.Want([.. sets.Select(names => new WantedCertificate(names[0], names[1..], "router test@file"))], _ => false);

    /// <summary>Waits until a certificate for the name is on offer.</summary>
    public async Task<System.Security.Cryptography.X509Certificates.X509Certificate2> CertificateAsync(string name, int seconds = 30)
    {
        await UntilAsync(() => Resolvers.Resolvers.Any(resolver => resolver.Certificates.Any(offer => offer.Leaf.MatchesHostname(name))), $"a certificate for {name}", seconds);
        return Resolvers.Resolvers.SelectMany(resolver => resolver.Certificates).First(offer => offer.Leaf.MatchesHostname(name)).Leaf;
    }

    public async Task UntilAsync(Func<bool> condition, string what, int seconds = 30)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < seconds * 40, $"no {what} within {seconds} s. Log:\n{LogText}");
            await Task.Delay(25);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Resolvers.StopAsync(CancellationToken.None);
        Resolvers.Dispose();
        await web.DisposeAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, Pebble pebble, AcmeResolvers resolvers)
    {
        kestrel.Listen(IPAddress.Loopback, pebble.HttpPort);
        kestrel.Listen(IPAddress.Loopback, pebble.TlsPort, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = context =>
            {
                var name = context.ClientHelloInfo.ServerName;
                var challenge = resolvers.Resolvers.Select(resolver => resolver.ChallengeCertificate(name)).FirstOrDefault(found => found is not null);
                return challenge is null
                    ? throw new AuthenticationException("no challenge is pending for " + name)
                    : ValueTask.FromResult(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = challenge,
                        ApplicationProtocols = [new SslApplicationProtocol("acme-tls/1")],
                    });
            },
        }));
    }
}
