using System.Text;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

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

    [Fact]
    public async Task EveryoneSeesTheSamePath()
    {
        var random = new Random(4);
        var answered = 0;
        var asked = "";
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
            bench = new MiddlewareBench(asked);
            await handlers[random.Next(handlers.Count)](bench.Context);
        }

        Assert.InRange(answered, 20_000, 100_000);
    }

    private static void Check(MiddlewareBench bench, string asked)
    {
        var target = bench.State.Target;
        var sent = target.EscapedPath;
        Assert.True(Ingress.Proxy.Pipeline.RequestTarget.TryDecode(sent, out var decoded), $"{asked} became {sent}");
        Assert.True(decoded == target.Path, $"{asked}: the rules saw {target.Path}, the server gets {sent}");
        Assert.True(sent.Length == 0 || sent[0] == '/', $"{asked} became {sent}");
        Assert.False(sent.Any(c => c is <= ' ' or >= '\x7f'), $"{asked} became {sent}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://auth.test/");
        new AuthRequestHeaders(null, []).Fill(request, bench.Context);
        Assert.Equal(target.RequestUri, request.Headers.NonValidated["X-Forwarded-Uri"].ToString());
        Assert.Equal(sent.Length == 0 ? "/" : sent, target.RequestUri);
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

        return Ingress.Proxy.Pipeline.RequestTarget.FromText(path.ToString());
    }
}
