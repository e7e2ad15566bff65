using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Tls.Acme;
using Ingress.Proxy.Tls.Acme.Storage;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme;

public sealed class AcmeResolverTests
{
    [Fact]
    public async Task ANameGetsACertificateByTheHttpChallenge()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test", "two.home.test"]);
        var certificate = await acme.CertificateAsync("two.home.test");
        Assert.Equal("CN=one.home.test", certificate.Subject);
        Assert.True(certificate.HasPrivateKey);
        Assert.Single(acme.Resolver.Certificates[0].Chain);
        await acme.UntilAsync(() => (pebble.NewAccounts, pebble.NewOrders) == (1, 1), "one account, one order");
        await acme.UntilAsync(() => acme.Resolvers.Status() is [{ State: "valid" }], "settled state");
    }

    [Fact]
    public async Task ANameGetsACertificateByTheTlsChallengeInStrictMode()
    {
        await using var pebble = await Pebble.StartAsync(strict: true);
        var options = AcmeFixture.Options(pebble) with { HttpChallenge = null, TlsChallenge = new AcmeTlsChallengeOptions() };
        await using var acme = await AcmeFixture.StartAsync(pebble, options);
        acme.Want(["one.home.test", "two.home.test"], ["three.home.test"]);
        await acme.CertificateAsync("two.home.test");
        await acme.CertificateAsync("three.home.test");
        Assert.Null(acme.Resolver.ChallengeCertificate("one.home.test"));
        await acme.UntilAsync(() => pebble.NewOrders == 2, "two orders");
    }

    [Fact]
    public async Task AWildcardAndItsApexComeInOneOrderByTheDnsChallenge()
    {
        await using var pebble = await Pebble.StartAsync(strict: true);
        List<string> calls = [];
        await using var script = await Backend.StartAsync(answer: async context =>
        {
            var record = (await JsonNode.ParseAsync(context.Request.Body))!;
            var (name, value) = (record["fqdn"]!.GetValue<string>(), record["value"]!.GetValue<string>());
            calls.Add($"{context.Request.Path} {name}");
            await (context.Request.Path == "/present" ? pebble.SetTxtAsync(name, value) : pebble.ClearTxtAsync(name));
        });
        var options = AcmeFixture.Options(pebble) with
        {
            HttpChallenge = null,
            DnsChallenge = new AcmeDnsChallengeOptions
            {
                Provider = "httpreq",
                Resolvers = [$"127.0.0.1:{pebble.DnsPort}"],
                Propagation = new AcmeDnsPropagationOptions { DisableANSChecks = true },
            },
        };
        await using var acme = await AcmeFixture.StartAsync(pebble, options, environment: new Dictionary<string, string> { ["HTTPREQ_ENDPOINT"] = script.Url });
        acme.Want(["*.home.test", "home.test"], ["a.home.test"]);
        var certificate = await acme.CertificateAsync("home.test");
        Assert.True(certificate.MatchesHostname("any.home.test"));
        await acme.UntilAsync(() => calls.Count == 4, "end of the order");
        Assert.Equal(["/cleanup _acme-challenge.home.test.", "/cleanup _acme-challenge.home.test.", "/present _acme-challenge.home.test.", "/present _acme-challenge.home.test."], calls.Order());
        Assert.Equal(1, pebble.OrdersPlaced);
        Assert.Single(acme.Resolvers.Status());
    }

    [Fact]
    public async Task ARestartServesWhatIsStoredAndAsksTheAuthorityForNothing()
    {
        await using var pebble = await Pebble.StartAsync();
        await using (var first = await AcmeFixture.StartAsync(pebble))
        {
            first.Want(["one.home.test"]);
            await first.CertificateAsync("one.home.test");
            await first.UntilAsync(() => StorageFormat.Read(File.ReadAllBytes(pebble.StorageFile))["le"].Certificates.Count == 1, "certificate in the file");
            await first.UntilAsync(() => pebble.Calls("certZ") == 1, "end of the order");
        }

        var calls = pebble.Calls("");
        await using var second = await AcmeFixture.StartAsync(pebble);
        Assert.Single(second.Resolver.Certificates);
        second.Want(["one.home.test"]);
        await second.UntilAsync(() => second.Resolvers.Status()[0].State == "valid", "settled state");
        Assert.Equal(calls, pebble.Calls(""));
    }

    [Fact]
    public async Task AFileThatTraefikWroteIsServedWithoutAnOrder()
    {
        await using var pebble = await Pebble.StartAsync();
        File.Copy(Repository.PathOf("tests/conformance/acme/traefik-acme.json"), pebble.StorageFile);
        File.SetUnixFileMode(pebble.StorageFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var before = await File.ReadAllBytesAsync(pebble.StorageFile);
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["a.home.test", "b.home.test"], ["c.home.test", "d.home.test", "e.home.test"]);
        await acme.CertificateAsync("e.home.test");
        Assert.Equal(3, acme.Resolver.Certificates.Count);
        Assert.Equal(0, pebble.Calls(""));
        Assert.Equal(before, await File.ReadAllBytesAsync(pebble.StorageFile));
    }

    [Fact]
    public async Task ANameOutsideAsciiIsStoredAsItIsWantedAndFoundAgain()
    {
        await using var pebble = await Pebble.StartAsync();
        await using (var first = await AcmeFixture.StartAsync(pebble))
        {
            first.Want(["Bücher.test"]);
            await first.CertificateAsync("xn--bcher-kva.test");
            await first.UntilAsync(
                () => StorageFormat.Read(File.ReadAllBytes(pebble.StorageFile)).GetValueOrDefault("le")?.Certificates is [{ Main: "bücher.test" }], "certificate in the file");
            await first.UntilAsync(() => pebble.Calls("certZ") == 1, "end of the order");
        }

        var calls = pebble.Calls("");
        await using var second = await AcmeFixture.StartAsync(pebble);
        second.Want(["bücher.test"], ["xn--bcher-kva.test"]);
        await second.UntilAsync(() => second.Resolvers.Status() is [{ Main: "xn--bcher-kva.test", State: "valid" }], "settled state");
        Assert.Equal(calls, pebble.Calls(""));
    }

    [Fact]
    public async Task TwoResolversShareOneFileAndEachAsksForItself()
    {
        await using var pebble = await Pebble.StartAsync();
        var options = new Dictionary<string, AcmeOptions> { ["a"] = AcmeFixture.Options(pebble), ["b"] = AcmeFixture.Options(pebble) with { Email = "" } };
        await using var acme = await AcmeFixture.StartAsync(pebble, options);
        foreach (var resolver in acme.Resolvers.Resolvers)
        {
            resolver.Want([new WantedCertificate("one.home.test", [], "router r@file")], _ => false);
        }

        await acme.UntilAsync(() => acme.Resolvers.Resolvers.All(resolver => resolver.Certificates.Count == 1), "certificate for each");
        await acme.UntilAsync(() => (pebble.NewAccounts, pebble.NewOrders) == (2, 2), "two accounts, two orders");
        await acme.UntilAsync(() => StorageFormat.Read(File.ReadAllBytes(pebble.StorageFile)).Values.All(stored => stored.Certificates.Count == 1), "certificates in the file");
    }

    [Fact]
    public async Task NamesThatAreCoveredAreNotAskedFor()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Resolver.Want(
            [new WantedCertificate("own.test", [], "r"), new WantedCertificate("one.home.test", ["one.home.test"], "r"), new WantedCertificate("ONE.home.test.", [], "s")],
            name => name == "own.test");
        await acme.CertificateAsync("one.home.test");
        await acme.UntilAsync(() => pebble.NewOrders == 1, "one order");
        Assert.Single(acme.Resolvers.Status());
    }

    [Fact]
    public async Task ASetIsNotOrderedWhereALargerOneBringsItsNames()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test"], ["one.home.test", "two.home.test"], ["two.home.test", "three.home.test"], ["three.home.test"]);
        await acme.CertificateAsync("one.home.test");
        await acme.CertificateAsync("three.home.test");
        await acme.UntilAsync(() => pebble.NewOrders == 2, "two orders");
        Assert.Equal(["one.home.test two.home.test", "two.home.test three.home.test"], acme.Resolvers.Status().Select(status => status.Main + " " + string.Join(' ', status.Sans)).Order());
    }

    [Fact]
    public async Task TheDefaultCertificateIsOrderedWhateverOthersCover()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Resolver.Want(
            [
                new WantedCertificate("one.home.test", ["two.home.test"], "router r@file"), new WantedCertificate("own.home.test", [], "router s@file"),
                new WantedCertificate("one.home.test", ["own.home.test"], "store") { IsDefault = true },
            ],
            name => name is "own.home.test" or "one.home.test");
        await acme.CertificateAsync("two.home.test");
        await acme.CertificateAsync("own.home.test");
        await acme.UntilAsync(() => pebble.NewOrders == 2, "two orders");
    }

    [Fact]
    public async Task ASetIsOrderedByItselfOnceTheLargerOneIsRefused()
    {
        await using var pebble = await Pebble.StartAsync(new Dictionary<string, object> { ["domainBlocklist"] = (string[])["blocked.test"] });
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test"], ["one.home.test", "blocked.test"]);
        await acme.CertificateAsync("one.home.test");
        Assert.Equal("one.home.test", Assert.Single(acme.Resolver.Certificates).Leaf.GetNameInfo(X509NameType.DnsName, forIssuer: false));
        Assert.Equal("blocked.test", Assert.Single(Assert.Single(acme.Resolvers.Status(), status => status.Problem.Length > 0).Sans));
    }

    [Fact]
    public async Task ARemovedNameThatHasNoCertificateYetIsForgottenAndOneThatHasIsKept()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test"]);
        await acme.CertificateAsync("one.home.test");
        await pebble.StopAuthorityAsync();
        acme.Want(["two.home.test"]);
        await acme.UntilAsync(() => acme.Resolvers.Status().Any(status => status is { Main: "two.home.test", State: "failed" }), "failure");
        acme.Want();
        Assert.Equal("one.home.test", Assert.Single(acme.Resolvers.Status()).Main);
    }

    [Fact]
    public async Task AccountBindingIsSignedAndRequired()
    {
        var keys = new Dictionary<string, object>
        {
            ["externalAccountBindingRequired"] = true,
            ["externalAccountMACKeys"] = new Dictionary<string, string> { ["kid-1"] = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W" },
        };
        await using var pebble = await Pebble.StartAsync(keys);
        var binding = new AcmeEabOptions { Kid = "kid-1", HmacEncoded = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W" };
        await using (var without = await AcmeFixture.StartAsync(pebble))
        {
            without.Want(["one.home.test"]);
            await without.UntilAsync(() => without.Resolvers.Status()[0].State == "failed", "refusal");
            Assert.Contains("externalAccountRequired", without.Resolvers.Status()[0].Problem, StringComparison.Ordinal);
            Assert.Contains("eab.kid", without.Resolvers.Status()[0].Advice, StringComparison.Ordinal);
        }

        File.Delete(pebble.StorageFile + ".attempts");
        await using var with = await AcmeFixture.StartAsync(pebble, AcmeFixture.Options(pebble) with { Eab = binding });
        with.Want(["one.home.test"]);
        await with.CertificateAsync("one.home.test");
    }

    [Fact]
    public async Task AnAuthorityThatHasForgottenTheAccountGetsANewOne()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test"]);
        await acme.CertificateAsync("one.home.test");
        await pebble.StopAuthorityAsync();
        await pebble.StartAuthorityAsync();
        acme.Want(["one.home.test"], ["two.home.test"]);
        await acme.CertificateAsync("two.home.test");
        await acme.UntilAsync(() => pebble.NewAccounts == 2, "second account");
    }

    [Fact]
    public async Task AnUnreachableAuthorityIsTriedAgainSoonAndOnEachConfiguration()
    {
        await using var pebble = await Pebble.StartAsync();
        await pebble.StopAuthorityAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble);
        List<AcmeAlert> alerts = [];
        acme.Resolvers.Alert += alerts.Add;
        acme.Want(["one.home.test"]);
        await acme.UntilAsync(() => acme.Resolvers.Status()[0].Failures > 0, "failure");
        var status = acme.Resolvers.Status()[0];
        Assert.Equal("failed", status.State);
        Assert.Contains("get directory at '" + pebble.DirectoryUrl + "': unable to communicate with the API server", status.Problem, StringComparison.Ordinal);
        Assert.InRange(status.NextTry!.Value - DateTimeOffset.UtcNow, TimeSpan.Zero, TimeSpan.FromSeconds(6));
        await pebble.StartAuthorityAsync();
        acme.Want(["one.home.test"]);
        await acme.CertificateAsync("one.home.test", seconds: 5);
        await acme.UntilAsync(() => alerts.Count >= 2, "second alert");
        Assert.Equal(["failed", "recovered"], alerts.Select(alert => alert.Kind).Distinct());
        Assert.False(File.Exists(pebble.StorageFile + ".attempts"));
    }

    [Theory]
    [InlineData("*.home.test", "could not determine solvers")]
    [InlineData("blocked.test", "rejectedIdentifier")]
    public async Task ARefusalIsShownWithItsReason(string name, string expected)
    {
        await using var pebble = await Pebble.StartAsync(new Dictionary<string, object> { ["domainBlocklist"] = (string[])["blocked.test"] });
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want([name]);
        await acme.UntilAsync(() => acme.Resolvers.Status()[0].State == "failed", "refusal");
        Assert.Contains(expected, acme.Resolvers.Status()[0].Problem, StringComparison.Ordinal);
        Assert.InRange(acme.Resolvers.Status()[0].NextTry!.Value - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(70));
        Assert.Empty(acme.Resolver.Certificates);
    }

    [Fact]
    public async Task AFailedValidationShowsTheAuthoritysFindingAndSpendsFromTheBudget()
    {
        await using var pebble = await Pebble.StartAsync();
        await pebble.SetServfailAsync("one.home.test");
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test", "two.home.test"]);
        await acme.UntilAsync(() => acme.Resolvers.Status()[0].State == "failed", "refusal");
        Assert.Contains("one or more domains had a problem: one.home.test: invalid authorization: acme: error:", acme.Resolvers.Status()[0].Problem, StringComparison.Ordinal);
        Assert.NotEmpty(acme.Resolvers.Status()[0].Advice);
        await acme.UntilAsync(() => File.Exists(pebble.StorageFile + ".attempts"), "note of the failure");
    }

    [Fact]
    public async Task WithoutAnyChallengeTheReasonIsNamed()
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble, AcmeFixture.Options(pebble) with { HttpChallenge = null });
        acme.Want(["one.home.test"]);
        await acme.UntilAsync(() => acme.Resolvers.Status()[0].State == "failed", "refusal");
        Assert.Contains("ACME challenge not specified, please select TLS or HTTP or DNS Challenge", acme.Resolvers.Status()[0].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EC384", "ECDSA_P384")]
    [InlineData("RSA2048", "2048")]
    public async Task TheKeyTypeIsTheOneAskedFor(string keyType, string expected)
    {
        await using var pebble = await Pebble.StartAsync();
        await using var acme = await AcmeFixture.StartAsync(pebble, AcmeFixture.Options(pebble) with { KeyType = keyType });
        acme.Want(["one.home.test"]);
        var certificate = await acme.CertificateAsync("one.home.test");
        using var rsa = System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPublicKey(certificate);
        using var ec = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPublicKey(certificate);
        Assert.Contains(expected, rsa?.KeySize.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "ECDSA_P" + ec!.KeySize, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APreferredChainIsTaken()
    {
        await using var pebble = await Pebble.StartAsync(environment: new Dictionary<string, string> { ["PEBBLE_ALTERNATE_ROOTS"] = "2", ["PEBBLE_CHAIN_LENGTH"] = "2" });
        await using var acme = await AcmeFixture.StartAsync(pebble, AcmeFixture.Options(pebble) with { PreferredChain = "no such issuer" });
        acme.Want(["one.home.test"]);
        await acme.CertificateAsync("one.home.test");
        Assert.Contains("No chain with the issuer no such issuer", acme.LogText, StringComparison.Ordinal);
        await acme.UntilAsync(() => pebble.Calls("certZ") == 3, "three chains");
    }

    [Fact]
    public async Task ShortLivedCertificatesAreRenewedInTimeAndKeepTheirKey()
    {
        await using var pebble = await Pebble.StartAsync(new Dictionary<string, object> { ["certificateValidityPeriod"] = 15 });
        await using var acme = await AcmeFixture.StartAsync(pebble);
        acme.Want(["one.home.test"]);
        var first = await acme.CertificateAsync("one.home.test");
        await acme.UntilAsync(() => acme.Resolver.Certificates[0].Leaf.SerialNumber != first.SerialNumber, "renewal");
        var second = acme.Resolver.Certificates[0].Leaf;
        Assert.True(first.NotAfter > DateTime.Now, "the certificate was renewed only after its end");
        Assert.Equal(first.GetPublicKeyString(), second.GetPublicKeyString());
        Assert.Single(acme.Resolver.Certificates);
        await acme.UntilAsync(() => pebble.NewAccounts == 1, "one account");
    }

    [Fact]
    public async Task OrdersUnderNoiseAllSucceedWithOneOrderEach()
    {
        await IssueUnderNoiseAsync(12);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task TwoHundredOrdersUnderNoiseAllSucceedWithOneOrderEach()
    {
        await IssueUnderNoiseAsync(200);
    }

    [Fact]
    public async Task NoSecretReachesALogOrAStatus()
    {
        const string Canary = "c2VjcmV0LWNhbmFyeS1vZi10aGUtYmluZGluZw";
        await using var pebble = await Pebble.StartAsync();
        await pebble.SetServfailAsync("two.home.test");
        var options = AcmeFixture.Options(pebble) with { Eab = new AcmeEabOptions { Kid = "kid", HmacEncoded = Canary } };
        await using var acme = await AcmeFixture.StartAsync(pebble, options);
        acme.Want(["one.home.test"], ["two.home.test"]);
        await acme.UntilAsync(() => acme.Resolvers.Status().All(status => status.State is "valid" or "failed"), "end");
        var stored = StorageFormat.Read(await File.ReadAllBytesAsync(pebble.StorageFile))["le"];
        var everything = acme.LogText + string.Join('\n', acme.Resolvers.Status()) + options + stored + stored.Account + string.Join('\n', stored.Certificates);
        Assert.DoesNotContain(Canary, everything, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(stored.Account!.PrivateKey)[20..60], everything, StringComparison.Ordinal);
    }

    private static async Task IssueUnderNoiseAsync(int orders)
    {
        var noise = new Dictionary<string, string> { ["PEBBLE_WFE_NONCEREJECT"] = "50", ["PEBBLE_VA_NOSLEEP"] = "0", ["PEBBLE_VA_SLEEPTIME"] = "2", ["PEBBLE_AUTHZREUSE"] = "50" };
        await using var pebble = await Pebble.StartAsync(environment: noise);
        var options = AcmeFixture.Options(pebble) with { TlsChallenge = new AcmeTlsChallengeOptions(), ClientTimeout = GoDuration.FromSeconds(60) };
        await using var acme = await AcmeFixture.StartAsync(pebble, options);
        acme.Want([.. Enumerable.Range(0, orders).Select(i => (string[])[$"n{i}.home.test"])]);
        await acme.UntilAsync(() => acme.Resolver.Certificates.Count == orders, $"{orders} certificates", seconds: 60 + (orders * 4));
        Assert.Equal(orders, acme.Resolver.Certificates.Select(offer => offer.Leaf.Subject).Distinct().Count());
        Assert.All(acme.Resolvers.Status(), status => Assert.Equal(0, status.Failures));
        await acme.UntilAsync(() => pebble.CertificatesIssued == orders, "one certificate a name");
        Assert.Equal(orders, pebble.OrdersPlaced);
    }
}
