using System.Globalization;
using System.Text.Json.Nodes;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Certificates;

/// <summary>What an operator sees of certificates, in the API, on the dashboard and by alert.</summary>
public sealed class CertificateStateTests
{
    [Fact]
    public async Task TheApiTellsHowThingsStandWithEveryNameAndAnAlertIsSent()
    {
        await using var chat = await Backend.StartAsync();
        await using var pebble = await Pebble.StartAsync(new Dictionary<string, object> { ["domainBlocklist"] = (string[])["blocked.test"] });
        await using var proxy = await AcmeProxy.StartAsync(pebble, ["one.home.test", "blocked.test"], $"alerts:\n  webhook: {chat.Url}/token-of-the-hook\n");

        var good = await proxy.UntilAsync("one.home.test", "valid");
        Assert.Equal(["state", "names", "resolver", "wantedBy", "issuer", "notAfter", "renewAt", "nextTry"], good.AsObject().Select(member => member.Key));
        Assert.Equal(("le", "router r0@file"), (good["resolver"]!.GetValue<string>(), good["wantedBy"]!.GetValue<string>()));
        Assert.StartsWith("Pebble Intermediate CA", good["issuer"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(Time(good["renewAt"]!) < Time(good["notAfter"]!));

        var bad = await proxy.UntilAsync("blocked.test", "failed");
        Assert.Contains("rejectedIdentifier", bad["problem"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("the authority does not issue for this name", bad["advice"]!.GetValue<string>());
        Assert.Equal(1, bad["failures"]!.GetValue<int>());
        Assert.InRange(Time(bad["nextTry"]!) - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(70));
        Assert.Equal("failed", (await proxy.StatesAsync())[0]["state"]!.GetValue<string>());

        await Eventually.HoldsAsync("the alert is delivered", () => chat.Seen.Count == 1);
        Assert.Contains("\"kind\":\"failed\",\"resolver\":\"le\",\"subject\":\"blocked.test\"", chat.Seen.First().Body, StringComparison.Ordinal);

        var dashboard = await proxy.Program.Client.GetStringAsync(new Uri(proxy.Program.Api, "/dashboard/"));
        Assert.Contains("list(\"ingress/certificates\", [\"state\", \"names\"", dashboard, StringComparison.Ordinal);
        var traefiks = JsonNode.Parse(await proxy.Program.Client.GetStringAsync(new Uri(proxy.Program.Api, "/api/certificates")))!.AsArray();
        Assert.Equal("one.home.test", Assert.Single(traefiks)!["sans"]![0]!.GetValue<string>());

        var everything = proxy.Program.Run.Output + string.Join('\n', await proxy.StatesAsync());
        Assert.DoesNotContain("token-of-the-hook", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", everything, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alerts: {webhook: \"\"}", "alerts: needs webhook or command")]
    [InlineData("alerts: {webhook: \"chat.test/token\"}", "alerts.webhook: must be an http or https URL")]
    public async Task AnAlertThatCannotReachAnybodyEndsTheStart(string alerts, string expected)
    {
        await using var program = ProxyProcess.Start(new ProxySetup { Static = ProxySetup.UsualStatic + alerts + "\n" });
        Assert.NotEqual(0, await program.Run.ExitCodeAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(expected, program.Run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("chat.test/token", program.Run.Output, StringComparison.Ordinal);
    }

    private static DateTimeOffset Time(JsonNode node) => DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}
