using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.ForwardedAuth;

public sealed class AuthRequestHeadersTests
{
    [Theory]
    [InlineData(null, "", "For: 127.0.0.1|Host: h.test|Method: GET|Port: 444|Prefix: /pre|Proto: http|Uri: /x?q|Cookie: c|X-More: m|X-Real-Ip: 5.6.7.8")]
    [InlineData(null, "Cookie", "For: 127.0.0.1|Host: h.test|Method: GET|Proto: http|Uri: /x?q|Cookie: c")]
    [InlineData(null, "Cookie,X-Forwarded-Port", "For: 127.0.0.1|Host: h.test|Method: GET|Port: 444|Proto: http|Uri: /x?q|Cookie: c")]
    [InlineData(true, "", "For: 1.2.3.4, 127.0.0.1|Host: outer|Method: DELETE|Port: 444|Prefix: /pre|Proto: https|Uri: /outer|Cookie: c|X-More: m|X-Real-Ip: 5.6.7.8")]
    [InlineData(true, "cookie", "For: 1.2.3.4, 127.0.0.1|Host: outer|Method: DELETE|Port: 444|Prefix: /pre|Proto: https|Uri: /outer|Cookie: c|X-Real-Ip: 5.6.7.8")]
    [InlineData(false, "", "For: 127.0.0.1|Host: h.test|Method: GET|Port: 80|Proto: http|Uri: /x?q|Cookie: c|X-More: m")]
    [InlineData(false, "Cookie", "For: 127.0.0.1|Host: h.test|Method: GET|Port: 80|Proto: http|Uri: /x?q|Cookie: c")]
    public void SendsWhatTrustAndListSay(bool? trusts, string listed, string expected)
    {
        var bench = new MiddlewareBench("/x?q", host: "h.test");
        var headers = bench.RequestHeaders;
        headers["X-Forwarded-For"] = "1.2.3.4";
        headers["X-Forwarded-Proto"] = "https";
        headers["X-Forwarded-Host"] = "outer";
        headers["X-Forwarded-Port"] = "444";
        headers["X-Forwarded-Uri"] = "/outer";
        headers["X-Forwarded-Method"] = "DELETE";
        headers["X-Forwarded-Prefix"] = "/pre";
        headers["X-Real-Ip"] = "5.6.7.8";
        headers.Cookie = "c";
        headers["X-More"] = "m";
        headers.Connection = "X-Hop, Upgrade";
        headers["X-Hop"] = "1";
        headers.Upgrade = "websocket";
        headers.TE = "trailers";
        Assert.Equal(expected.Split('|').Order(StringComparer.Ordinal), Sent(bench, trusts, listed).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WhatDoesNotComeIsMadeHereEvenWhereTrusted()
    {
        var bench = new MiddlewareBench("/x", "PUT", "h.test:8443");
        bench.State.IsTls = true;
        Assert.Equal(
            ["For: 127.0.0.1", "Host: h.test:8443", "Method: PUT", "Port: 8443", "Proto: https", "Uri: /x"],
            Sent(bench, true, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ProxyAuthorizationIsForTheAuthServer()
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["Proxy-Authorization"] = "Basic x";
        Assert.Contains("Proxy-Authorization: Basic x", Sent(bench, null, ""));
    }

    [Fact]
    public void NothingThatAClientSendsSpoofsWhatTheAuthServerTrusts()
    {
        string[] trusted = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Uri"];
        string[] distrusted = [.. trusted, "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Real-Ip", "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info"];
        var random = new Random(20261124);
        for (var round = 0; round < 20_000; round++)
        {
            var bench = new MiddlewareBench("/asked", "GET", "h.test");
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                Spoofs.Add(bench.RequestHeaders, distrusted, random);
            }

            bool? trusts = random.Next(2) == 0 ? null : false;
            string[] listed = random.Next(2) == 0 ? [] : ["Cookie", Spoofs.Spelling(trusted[random.Next(trusted.Length)], random)];
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://auth.test/");
            new AuthRequestHeaders(trusts, listed).Fill(request, bench.Context);
            var sent = request.Headers.NonValidated.SelectMany(header => header.Value.Select(value => (Name: header.Key.Replace('_', '-'), Value: value))).ToList();
            foreach (var (name, value) in sent)
            {
                if (trusted.Contains(name, StringComparer.OrdinalIgnoreCase) || (trusts == false && distrusted.Contains(name, StringComparer.OrdinalIgnoreCase)))
                {
                    Assert.DoesNotContain(Spoofs.Mark, value, StringComparison.Ordinal);
                }
            }

            Assert.All(trusted, name => Assert.Single(sent, header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
        }
    }

    private static IEnumerable<string> Sent(MiddlewareBench bench, bool? trusts, string listed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://auth.test/");
        new AuthRequestHeaders(trusts, listed.Split(',', StringSplitOptions.RemoveEmptyEntries)).Fill(request, bench.Context);
        return [.. request.Headers.NonValidated.Select(header => $"{header.Key.Replace("X-Forwarded-", "", StringComparison.Ordinal)}: {header.Value}")];
    }
}
