using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Dns;

namespace Ingress.Proxy.Tests.Tls.Acme.Dns;

public sealed class DnsProviderTests : IAsyncLifetime
{
    private static readonly TxtRecord Record = new("www.example.com", "_acme-challenge.www.example.com.", "VALUE", "TOKEN", "TOKEN.KEY");

    private ProviderRecorder recorder = null!;

    public async Task InitializeAsync() => recorder = await ProviderRecorder.StartAsync();

    public async Task DisposeAsync() => await recorder.DisposeAsync();

    [Fact]
    public async Task Cloudflare()
    {
        const string Base = "https://api.cloudflare.com/client/v4/zones";
        recorder.Answer($"GET {Base}?name=example.com&per_page=50", """{"success":true,"result":[{"id":"Z1"}]}""")
            .Answer($"POST {Base}/Z1/dns_records", """{"success":true,"result":{"id":"R1"}}""")
            .Answer($"DELETE {Base}/Z1/dns_records/R1", "{}");
        await RoundTripAsync(recorder.Provider("cloudflare", ("CF_DNS_API_TOKEN", "token-1"), ("CF_ZONE_API_TOKEN", "token-2")));
        Assert.Equal(
            $$"""
            GET {{Base}}?name=example.com&per_page=50
            POST {{Base}}/Z1/dns_records {"type":"TXT","name":"_acme-challenge.www.example.com","content":"\u0022VALUE\u0022","ttl":120}
            DELETE {{Base}}/Z1/dns_records/R1
            """,
            recorder.Script);
        Assert.Equal(["Bearer token-2", "Bearer token-1", "Bearer token-1"], Header("Authorization"));
    }

    [Fact]
    public async Task CloudflareWithTheGlobalKeyFromAFile()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "the-key\n");
        recorder.Answer("GET https://api.cloudflare.com/client/v4/zones?name=example.com&per_page=50", """{"result":[{"id":"Z1"}]}""")
            .Answer("POST https://api.cloudflare.com/client/v4/zones/Z1/dns_records", """{"result":{"id":"R1"}}""");
        await recorder.Provider("cloudflare", ("CF_API_EMAIL", "me@example.com"), ("CF_API_KEY_FILE", file)).PresentAsync(Record, CancellationToken.None);
        File.Delete(file);
        Assert.All(Header("X-Auth-Key"), key => Assert.Equal("the-key", key));
        Assert.All(Header("X-Auth-Email"), email => Assert.Equal("me@example.com", email));
    }

    [Fact]
    public async Task DuckDns()
    {
        const string Base = "https://www.duckdns.org/update?domains=test.duckdns.org&token=t%2F1&";
        recorder.Answer($"GET {Base}txt=VALUE", "OK").Answer($"GET {Base}txt=&clear=true", "OK");
        var provider = recorder.Provider("duckdns", ("DUCKDNS_TOKEN", "t/1"));
        Assert.True(provider.OneAtATime);
        await RoundTripAsync(provider, Record with { Domain = "nas.test.duckdns.org", Name = "_acme-challenge.nas.test.duckdns.org." });
        Assert.Equal($"GET {Base}txt=VALUE\nGET {Base}txt=&clear=true", recorder.Script);
    }

    [Fact]
    public async Task Desec()
    {
        const string Set = "https://desec.io/api/v1/domains/example.com/rrsets/_acme-challenge.www/TXT/";
        recorder.Answer("GET " + Set, "{}", 404).Answer("GET " + Set, """{"records":["\"VALUE\"","\"OTHER\""]}""")
            .Answer("POST https://desec.io/api/v1/domains/example.com/rrsets/", "{}", 201).Answer("PATCH " + Set, "{}");
        await RoundTripAsync(recorder.Provider("desec", ("DESEC_TOKEN", "token-1")));
        Assert.Equal(
            $$"""
            GET {{Set}}
            POST https://desec.io/api/v1/domains/example.com/rrsets/ {"subname":"_acme-challenge.www","type":"TXT","ttl":3600,"records":["\u0022VALUE\u0022"]}
            GET {{Set}}
            PATCH {{Set}} {"records":["\u0022OTHER\u0022"]}
            """,
            recorder.Script);
        Assert.All(Header("Authorization"), value => Assert.Equal("Token token-1", value));
    }

    [Fact]
    public async Task HetznerCloud()
    {
        const string Set = "https://api.hetzner.cloud/v1/zones/example.com/rrsets/_acme-challenge.www/TXT/actions";
        recorder.Answer($"POST {Set}/add_records", """{"action":{"id":7,"status":"running"}}""", 201)
            .Answer("GET https://api.hetzner.cloud/v1/actions/7", """{"action":{"id":7,"status":"success"}}""")
            .Answer($"POST {Set}/remove_records", """{"action":{"id":8,"status":"success"}}""", 201);
        await RoundTripAsync(recorder.Provider("hetzner", ("HETZNER_API_TOKEN", "token-1")));
        Assert.Equal(
            $$"""
            POST {{Set}}/add_records {"ttl":60,"records":[{"value":"\u0022VALUE\u0022"}]}
            GET https://api.hetzner.cloud/v1/actions/7
            POST {{Set}}/remove_records {"records":[{"value":"\u0022VALUE\u0022"}]}
            """,
            recorder.Script);
        Assert.All(Header("Authorization"), value => Assert.Equal("Bearer token-1", value));
    }

    [Fact]
    public async Task HetznerDnsConsole()
    {
        const string Base = "https://dns.hetzner.com/api/v1";
        recorder.Answer($"GET {Base}/zones?name=example.com", """{"zones":[{"id":"Z1"}]}""").Answer($"POST {Base}/records", """{"record":{"id":"R1"}}""")
            .Answer($"DELETE {Base}/records/R1", "{}");
        await RoundTripAsync(recorder.Provider("hetzner", ("HETZNER_API_KEY", "key-1")));
        Assert.Equal(
            $$"""
            GET {{Base}}/zones?name=example.com
            POST {{Base}}/records {"type":"TXT","name":"_acme-challenge.www","value":"VALUE","ttl":60,"zone_id":"Z1"}
            DELETE {{Base}}/records/R1
            """,
            recorder.Script);
        Assert.All(Header("Auth-API-Token"), value => Assert.Equal("key-1", value));
    }

    [Fact]
    public async Task Gandi()
    {
        const string Set = "https://api.gandi.net/v5/livedns/domains/example.com/records/_acme-challenge.www/TXT";
        recorder.Answer("GET " + Set, "{}", 404).Answer("GET " + Set, """{"rrset_values":["\"VALUE\""]}""").Answer("PUT " + Set, "{}", 201).Answer("DELETE " + Set, "", 204);
        await RoundTripAsync(recorder.Provider("gandiv5", ("GANDIV5_PERSONAL_ACCESS_TOKEN", "token-1")));
        Assert.Equal(
            $$"""
            GET {{Set}}
            PUT {{Set}} {"rrset_ttl":300,"rrset_values":["VALUE"]}
            GET {{Set}}
            DELETE {{Set}}
            """,
            recorder.Script);
    }

    [Fact]
    public async Task DigitalOcean()
    {
        const string Base = "https://api.digitalocean.com/v2/domains/example.com/records";
        recorder.Answer("POST " + Base, """{"domain_record":{"id":12}}""", 201).Answer($"DELETE {Base}/12", "", 204);
        await RoundTripAsync(recorder.Provider("digitalocean", ("DO_AUTH_TOKEN", "token-1")));
        Assert.Equal(
            $$"""
            POST {{Base}} {"type":"TXT","name":"_acme-challenge.www.example.com.","data":"VALUE","ttl":30}
            DELETE {{Base}}/12
            """,
            recorder.Script);
    }

    [Fact]
    public async Task Porkbun()
    {
        const string Base = "https://api.porkbun.com/api/json/v3/dns";
        recorder.Answer($"POST {Base}/create/example.com", """{"status":"SUCCESS","id":"55"}""").Answer($"POST {Base}/delete/example.com/55", """{"status":"SUCCESS"}""");
        await RoundTripAsync(recorder.Provider("porkbun", ("PORKBUN_API_KEY", "key-1"), ("PORKBUN_SECRET_API_KEY", "secret-1")));
        Assert.Equal(
            $$"""
            POST {{Base}}/create/example.com {"name":"_acme-challenge.www","type":"TXT","content":"VALUE","ttl":"300","apikey":"key-1","secretapikey":"secret-1"}
            POST {{Base}}/delete/example.com/55 {"apikey":"key-1","secretapikey":"secret-1"}
            """,
            recorder.Script);
    }

    [Fact]
    public async Task Ovh()
    {
        const string Base = "https://eu.api.ovh.com/1.0";
        recorder.Answer($"GET {Base}/auth/time", DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .Answer($"POST {Base}/domain/zone/example.com/record", """{"id":33}""").Answer($"POST {Base}/domain/zone/example.com/refresh", "")
            .Answer($"DELETE {Base}/domain/zone/example.com/record/33", "null");
        await RoundTripAsync(recorder.Provider("ovh", ("OVH_APPLICATION_KEY", "key-1"), ("OVH_APPLICATION_SECRET", "secret-1"), ("OVH_CONSUMER_KEY", "consumer-1")));
        Assert.Equal(
            $$"""
            GET {{Base}}/auth/time
            POST {{Base}}/domain/zone/example.com/record {"fieldType":"TXT","subDomain":"_acme-challenge.www","target":"VALUE","ttl":120}
            POST {{Base}}/domain/zone/example.com/refresh
            DELETE {{Base}}/domain/zone/example.com/record/33
            POST {{Base}}/domain/zone/example.com/refresh
            """,
            recorder.Script);
        var call = recorder.Calls[1];
        var signed = $"secret-1+consumer-1+POST+{call.Url}+{call.Body}+{call.Headers["X-Ovh-Timestamp"]}";
        Assert.Equal("$1$" + Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(signed))), call.Headers["X-Ovh-Signature"]);
        Assert.Equal("key-1", call.Headers["X-Ovh-Application"]);
    }

    [Fact]
    public async Task Route53()
    {
        const string Base = "https://route53.amazonaws.com/2013-04-01";
        const string Space = "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"";
        const string Set = "<ResourceRecordSet><Name>_acme-challenge.www.example.com.</Name><Type>TXT</Type><TTL>10</TTL><ResourceRecords><ResourceRecord><Value>\"VALUE\"</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>";
        var zone = $"<ListHostedZonesByNameResponse {Space}><HostedZones><HostedZone><Id>/hostedzone/Z1</Id><Name>example.com.</Name><Config><PrivateZone>false</PrivateZone></Config></HostedZone></HostedZones></ListHostedZonesByNameResponse>";
        var change = $"<ChangeResourceRecordSetsResponse {Space}><ChangeInfo><Id>/change/C1</Id><Status>INSYNC</Status></ChangeInfo></ChangeResourceRecordSetsResponse>";
        var list = $"GET {Base}/hostedzone/Z1/rrset?maxitems=1&name=_acme-challenge.www.example.com.&type=TXT";
        recorder.Answer($"GET {Base}/hostedzonesbyname?dnsname=example.com.", zone).Answer(list, $"<R {Space}/>")
            .Answer(list, $"<R {Space}><ResourceRecordSets>{Set}</ResourceRecordSets></R>").Answer($"POST {Base}/hostedzone/Z1/rrset/", change);
        await RoundTripAsync(recorder.Provider("route53", ("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret-1"), ("AWS_SESSION_TOKEN", "session-1")));
        var changes = recorder.Calls.Where(call => call.Method == "POST").ToList();
        Assert.Equal(
            [
                $"<ChangeResourceRecordSetsRequest {Space}><ChangeBatch><Changes><Change><Action>UPSERT</Action>{Set}</Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>",
                $"<ChangeResourceRecordSetsRequest {Space}><ChangeBatch><Changes><Change><Action>DELETE</Action>{Set}</Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>",
            ],
            changes.Select(call => call.Body));
        Assert.All(Header("Authorization"), value => Assert.Matches("^AWS4-HMAC-SHA256 Credential=AKID/[0-9]{8}/us-east-1/route53/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$", value));
    }

    [Fact]
    public async Task GoogleCloud()
    {
        const string Base = "https://dns.googleapis.com/dns/v1/projects/p1/managedZones";
        using var key = RSA.Create(2048);
        var account = $$"""{"client_email":"me@p1.iam","project_id":"p1","private_key":"{{key.ExportPkcs8PrivateKeyPem().ReplaceLineEndings("\\n")}}","token_uri":"https://oauth2.googleapis.com/token"}""";
        var set = """{"name":"_acme-challenge.www.example.com.","type":"TXT","ttl":120,"rrdatas":["\u0022VALUE\u0022"]}""";
        var list = $"GET {Base}/z1/rrsets?name=_acme-challenge.www.example.com.&type=TXT";
        recorder.Answer("POST https://oauth2.googleapis.com/token", """{"access_token":"access-1","expires_in":3600}""")
            .Answer($"GET {Base}?dnsName=example.com.", """{"managedZones":[{"name":"inside","visibility":"private"},{"name":"z1","visibility":"public"}]}""")
            .Answer(list, "{}").Answer(list, $$"""{"rrsets":[{{set}}]}""").Answer($"POST {Base}/z1/changes", """{"id":"1","status":"done"}""");
        await RoundTripAsync(recorder.Provider("gcloud", ("GCE_SERVICE_ACCOUNT", account)));
        Assert.Equal([$$"""{"additions":[{{set}}]}""", $$"""{"deletions":[{{set}}]}"""], recorder.Calls.Where(call => call.Url.EndsWith("/changes", StringComparison.Ordinal)).Select(call => call.Body));
        Assert.All(recorder.Calls.Skip(1).Where(call => !call.Url.EndsWith("/token", StringComparison.Ordinal)), call => Assert.Equal("Bearer access-1", call.Headers["Authorization"]));
        var parts = recorder.Calls.First(call => call.Url.EndsWith("/token", StringComparison.Ordinal)).Body.Split("&assertion=")[1].Split('.');
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.Decode(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public async Task AcmeDns()
    {
        var storage = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        recorder.Answer("POST https://acme-dns.test/register", """{"fulldomain":"abc.acme-dns.test","subdomain":"abc","username":"user-1","password":"password-1"}""", 201)
            .Answer("POST https://acme-dns.test/update", """{"txt":"VALUE"}""");
        var provider = recorder.Provider("acme-dns", ("ACME_DNS_API_BASE", "https://acme-dns.test"), ("ACME_DNS_STORAGE_PATH", storage), ("ACME_DNS_ALLOWLIST", "10.0.0.0/8"));
        var wanted = await Assert.ThrowsAsync<AcmeException>(() => provider.PresentAsync(Record, CancellationToken.None));
        Assert.Contains("\"_acme-challenge.www.example.com. CNAME abc.acme-dns.test.\"", wanted.Message, StringComparison.Ordinal);
        await RoundTripAsync(provider);
        Assert.Equal(
            """
            POST https://acme-dns.test/register {"allowfrom":["10.0.0.0/8"]}
            POST https://acme-dns.test/update {"subdomain":"abc","txt":"VALUE"}
            """,
            recorder.Script);
        Assert.Equal("user-1", recorder.Calls[1].Headers["X-Api-User"]);
        Assert.Equal("password-1", recorder.Calls[1].Headers["X-Api-Key"]);
        File.Delete(storage);
    }

    [Theory]
    [InlineData("", """{"fqdn":"_acme-challenge.www.example.com.","value":"VALUE"}""")]
    [InlineData("RAW", """{"domain":"www.example.com","token":"TOKEN","keyAuth":"TOKEN.KEY"}""")]
    public async Task HttpReq(string mode, string expected)
    {
        recorder.Answer("POST https://hook.test/base/present", "").Answer("POST https://hook.test/base/cleanup", "");
        await RoundTripAsync(recorder.Provider("httpreq", ("HTTPREQ_ENDPOINT", "https://hook.test/base/"), ("HTTPREQ_MODE", mode), ("HTTPREQ_USERNAME", "me"), ("HTTPREQ_PASSWORD", "pass-1")));
        Assert.Equal($"POST https://hook.test/base/present {expected}\nPOST https://hook.test/base/cleanup {expected}", recorder.Script);
        Assert.All(Header("Authorization"), value => Assert.Equal("Basic " + Convert.ToBase64String("me:pass-1"u8), value));
    }

    [Theory]
    [InlineData("", "present _acme-challenge.www.example.com. VALUE|cleanup _acme-challenge.www.example.com. VALUE|")]
    [InlineData("RAW", "present -- www.example.com TOKEN TOKEN.KEY|cleanup -- www.example.com TOKEN TOKEN.KEY|")]
    public async Task Exec(string mode, string expected)
    {
        using var folder = new Ingress.Testing.TemporaryFolder();
        var script = Script(folder, "echo \"$@\" >> " + folder.File("calls"));
        await RoundTripAsync(recorder.Provider("exec", ("EXEC_PATH", script), ("EXEC_MODE", mode)));
        Assert.Equal(expected, (await File.ReadAllTextAsync(folder.File("calls"))).ReplaceLineEndings("|"));
    }

    [Fact]
    public async Task ExecThatFailsIsShownWithItsReasonButWithoutSecrets()
    {
        using var folder = new Ingress.Testing.TemporaryFolder();
        Environment.SetEnvironmentVariable("INGRESS_TEST_DNS_TOKEN", "canary-in-script");
        var provider = recorder.Provider("exec", ("EXEC_PATH", Script(folder, "echo \"refused, token was $INGRESS_TEST_DNS_TOKEN\" >&2; exit 3")));
        var failure = await Assert.ThrowsAsync<AcmeException>(() => provider.PresentAsync(Record, CancellationToken.None));
        Environment.SetEnvironmentVariable("INGRESS_TEST_DNS_TOKEN", null);
        Assert.Contains("ended with code 3: refused, token was xxxx", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cloudflare", "CF_DNS_API_TOKEN")]
    [InlineData("duckdns", "DUCKDNS_TOKEN")]
    [InlineData("desec", "DESEC_TOKEN")]
    [InlineData("hetzner", "HETZNER_API_TOKEN")]
    [InlineData("ovh", "OVH_APPLICATION_KEY")]
    [InlineData("gandiv5", "GANDIV5_PERSONAL_ACCESS_TOKEN")]
    [InlineData("digitalocean", "DO_AUTH_TOKEN")]
    [InlineData("porkbun", "PORKBUN_API_KEY")]
    [InlineData("acme-dns", "ACME_DNS_API_BASE")]
    [InlineData("gcloud", "GCE_PROJECT")]
    [InlineData("httpreq", "HTTPREQ_ENDPOINT")]
    [InlineData("exec", "EXEC_PATH")]
    [InlineData("rfc2136", "RFC2136_NAMESERVER")]
    public void MissingCredentialsAreNamed(string code, string expected)
    {
        var failure = Assert.Throws<AcmeException>(() => recorder.Provider(code));
        Assert.StartsWith($"{code}: some credentials information are missing: {expected}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownProviderIsNamed()
    {
        var failure = Assert.Throws<AcmeException>(() => recorder.Provider("nosuch"));
        Assert.Contains("unrecognized DNS provider: nosuch", failure.Message, StringComparison.Ordinal);
        Assert.Contains("cloudflare", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cloudflare", "CF_DNS_API_TOKEN=canary/secret")]
    [InlineData("duckdns", "DUCKDNS_TOKEN=canary/secret")]
    [InlineData("desec", "DESEC_TOKEN=canary/secret")]
    [InlineData("digitalocean", "DO_AUTH_TOKEN=canary/secret")]
    [InlineData("porkbun", "PORKBUN_API_KEY=canary/secret;PORKBUN_SECRET_API_KEY=canary/secret")]
    [InlineData("route53", "AWS_ACCESS_KEY_ID=x;AWS_SECRET_ACCESS_KEY=canary/secret")]
    [InlineData("gcloud", "GCE_SERVICE_ACCOUNT=canary/secret")]
    public async Task ARefusalShowsWhereItCameFromAndNoSecret(string code, string environment)
    {
        var variables = environment.Split(';').Select(entry => entry.Split('=', 2)).Select(entry => (entry[0], entry[1])).ToArray();
        var failure = await Assert.ThrowsAsync<AcmeException>(async () => await recorder.Provider(code, variables).PresentAsync(Record, CancellationToken.None));
        Assert.StartsWith(code + ": ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    private static string Script(Ingress.Testing.TemporaryFolder folder, string text)
    {
        var path = folder.Write("hook.sh", "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static async Task RoundTripAsync(IDnsProvider provider, TxtRecord? record = null)
    {
        await provider.PresentAsync(record ?? Record, CancellationToken.None);
        await provider.CleanUpAsync(record ?? Record, CancellationToken.None);
    }

    private IEnumerable<string> Header(string name) => recorder.Calls.Select(call => call.Headers[name]);
}
