using System.Net;
using System.Text;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Pipeline.Matching;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;
using Ingress.Proxy.Pipeline.Transports;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

/// <summary>Whatever the path and whatever rewrites it: rules, the auth server, the log and the server see the same bytes, or the client sees a refusal.</summary>
public sealed class PathPropertyTests
{
    private static readonly string[] Pieces =
        ["a", "api", "admin", "..", ".", "", "%2F", "%2f", "%2E%2E", "%5C", "%00", "%25", "%252F", "%3B", ";", "%20", "b c", "é", "%C3%A9", "%FF", "\"", "v1", "+", "x%2Fy", "!(*)"];

    private static readonly (string Key, object Options)[] Middlewares =
    [
        ("addPrefix", new AddPrefixOptions { Prefix = "/p" }),
        ("addPrefix", new AddPrefixOptions { Prefix = "/p é" }),
        ("stripPrefix", new StripPrefixOptions { Prefixes = ["/a", "/p"] }),
        ("stripPrefix", new StripPrefixOptions { Prefixes = ["/a/", "/api"] }),
        ("stripPrefixRegex", new StripPrefixRegexOptions { Regex = ["/v[0-9]+", "/[a-z]"] }),
        ("replacePath", new ReplacePathOptions { Path = "/new%2Fpath" }),
        ("replacePathRegex", new ReplacePathRegexOptions { Regex = "^/(.*)/x", Replacement = "/y/$1" }),
        ("replacePathRegex", new ReplacePathRegexOptions { Regex = "a", Replacement = "%2E" }),
        ("encodedCharacters", new EncodedCharactersOptions { AllowEncodedSlash = true, AllowEncodedPercent = true }),
    ];

    private static readonly HttpRule[] Rules =
    [
        .. new[] { "Path(`/a`)", "PathPrefix(`/a`)", "PathPrefix(`/api/`)", "PathPrefix(`/admin`)", "PathPrefix(`/b c`)", "PathRegexp(`^/a/.*%2F`)", "PathRegexp(`/$`)" }
            .Select(rule => HttpRule.Of(rule, "")),
    ];

    private static readonly ConnectionState Connection = ConnectionState.Of(new IPEndPoint(IPAddress.Loopback, 1), 0);
    private static readonly RequestHeaders ToServer = new(ServerUrl.Parse("http://server.test", preservePath: false), new ForwarderSettings { Service = "s", PassHostHeader = true });

    [Fact]
    public async Task EveryoneSeesTheSamePath()
    {
        var random = new Random(4);
        var answered = 0;
        var refused = 0;
        var asked = "";
        RequestPreparation[] preparations =
        [
            new(new EntryPointOptions(), TimeProvider.System),
            new(new EntryPointOptions { Http = new EntryPointHttpOptions { SanitizePath = false, EncodeQuerySemicolons = true } }, TimeProvider.System),
        ];
        MiddlewareBench bench = new();
        for (var i = 0; i < Middlewares.Length; i++)
        {
            bench.Declare($"m{i}@file", Middlewares[i]);
        }

        var chain = new MiddlewareChain(bench.Pipeline);
        var handlers = Enumerable.Range(0, 500).Select(_ => chain.Wrap([.. Enumerable.Range(0, random.Next(4)).Select(_ => $"m{random.Next(Middlewares.Length)}")], "r@file", _ =>
        {
            Check(bench, asked);
            answered++;
            return Task.CompletedTask;
        })).ToList();
        for (var round = 0; round < 100_000; round++)
        {
            asked = RandomPath(random);
            var preparation = preparations[random.Next(preparations.Length)];
            bench = Prepared(preparation, asked, out var refusal);
            if (refusal != Refusal.None)
            {
                refused++;
                continue;
            }

            CheckRules(preparation, bench, asked);
            await handlers[random.Next(handlers.Count)](bench.Context);
        }

        Assert.InRange(answered, 20_000, 100_000);
        Assert.InRange(refused, 0, 100_000 - answered);
    }

    private static MiddlewareBench Prepared(RequestPreparation preparation, string target, out Refusal refusal)
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders.Host = "test.example";
        bench.Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        refusal = preparation.Prepare(bench.State, Connection);
        return bench;
    }

    // What rules match is what is logged: who reads the logged path as a request comes to the same path and the same rules.
    private static void CheckRules(RequestPreparation preparation, MiddlewareBench bench, string asked)
    {
        var logged = bench.State.Target.RequestUri;
        var again = Prepared(preparation, logged, out var refusal);
        Assert.True(refusal == Refusal.None && again.State.Target.RequestUri == logged, $"{asked} was logged as {logged}, which becomes {again.State.Target.RequestUri}");
        Assert.Equal(bench.State.RoutingPath, again.State.RoutingPath);
        Assert.True(RequestTarget.TryDecode(bench.State.RoutingPath, out var matched) && matched == bench.State.Target.Path, $"{asked}: rules saw {bench.State.RoutingPath}");
        foreach (var rule in Rules)
        {
            Assert.Equal(rule.Matcher.Matches(bench.State), rule.Matcher.Matches(again.State));
        }
    }

    private static void Check(MiddlewareBench bench, string asked)
    {
        var target = bench.State.Target;
        var sent = target.EscapedPath;
        Assert.True(RequestTarget.TryDecode(sent, out var decoded), $"{asked} became {sent}");
        Assert.True(decoded == target.Path, $"{asked}: the rules saw {target.Path}, the server gets {sent}");
        Assert.True(sent.Length == 0 || sent[0] == '/', $"{asked} became {sent}");
        Assert.False(sent.Any(c => c is <= ' ' or >= '\x7f'), $"{asked} became {sent}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://auth.test/");
        new AuthRequestHeaders(null, []).Fill(request, bench.Context);
        Assert.Equal(target.RequestUri, request.Headers.NonValidated["X-Forwarded-Uri"].ToString());
        Assert.Equal(sent.Length == 0 ? "/" : sent, target.RequestUri.Split('?')[0]);
        var head = HeadWriter.Begin();
        ToServer.Write(ref head, bench.Context, request, bench.State);
        Assert.StartsWith($"GET {target.RequestUri} HTTP/1.1\r\n", Encoding.Latin1.GetString(head.Written.Span), StringComparison.Ordinal);
        head.Release();
    }

    private static string RandomPath(Random random)
    {
        var path = new StringBuilder();
        for (var i = random.Next(5); i >= 0; i--)
        {
            path.Append('/').Append(Pieces[random.Next(Pieces.Length)]);
            if (random.Next(3) == 0)
            {
                path.Append(Pieces[random.Next(Pieces.Length)]);
            }
        }

        if (random.Next(4) == 0)
        {
            path.Append("?q=%2F").Append(random.Next(2) == 0 ? "&r=/../x" : "");
        }

        return RequestTarget.FromText(path.ToString());
    }
}
