using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Matching;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Matching;

public sealed class HttpRouterTests
{
    private static readonly string[] Hosts = ["a.test", "b.test", "x.w.test", "y.w.test", "w.test", "a.test.", "single", "", "z.x.w.test"];
    private static readonly string[] Paths = ["/", "/a", "/a/", "/ab", "/a/b", "/a/b/c", "/b", "/abc", "/c%20d", "/zz"];
    private static readonly string[] Methods = ["GET", "POST"];

    [Theory]
    [InlineData("/app/admin/x", "deep@file")]
    [InlineData("/app/x", "app@file")]
    [InlineData("/%61pp", "app@file")]
    [InlineData("/", "host@file")]
    public void TheLongestRuleWins(string path, string winner)
    {
        var router = Build(
            Entry("host@file", "Host(`len.test`)"),
            Entry("app@file", "Host(`len.test`) && PathPrefix(`/app`)"),
            Entry("deep@file", "Host(`len.test`) && PathPrefix(`/app/admin`)"));
        Assert.Equal(winner, Name(router, Requests.Of("len.test", path)));
    }

    [Fact]
    public void PriorityBeatsLengthAndMayBeNegative()
    {
        var router = Build(Entry("long@file", "Host(`p.test`) && PathPrefix(`/long/enough`)", -1), Entry("short@file", "Host(`p.test`)", 1));
        Assert.Equal("short@file", Name(router, Requests.Of("p.test", "/long/enough")));
    }

    [Fact]
    public void TiesGoToTheListedProviderThenToTheName()
    {
        RouterEntry[] entries = [Entry("b@file", "Host(`t.test`)"), Entry("c@docker", "Host(`t.test`)"), Entry("a@rest", "Host(`t.test`)")];
        Assert.Equal("a@rest", Name(HttpRouter.Build(entries, [], Fail), Requests.Of("t.test")));
        Assert.Equal("c@docker", Name(HttpRouter.Build(entries, ["docker", "file"], Fail), Requests.Of("t.test")));
    }

    [Fact]
    public void AFaultyRouterIsReportedAndHurtsNoOther()
    {
        var errors = new List<string>();
        var router = HttpRouter.Build(
            [
                Entry("bad@file", "Host("),
                Entry("high@file", "Host(`h.test`)", RouterPriority.Maximum + 1),
                Entry("high@internal", "Host(`i.test`)", long.MaxValue),
                Entry("good@file", "Host(`h.test`)", RouterPriority.Maximum),
            ],
            [],
            (entry, error) => errors.Add($"{entry.Name}: {error}"));
        Assert.Equal(2, router.Count);
        Assert.Equal("good@file", Name(router, Requests.Of("h.test")));
        Assert.Equal("high@internal", Name(router, Requests.Of("i.test")));
        Assert.Equal(2, errors.Count);
        Assert.Contains("high@file: the router priority 9223372036854774808 exceeds the max user-defined priority 9223372036854774807", errors);
    }

    [Fact]
    public void NoRouterMatchesNothing()
    {
        Assert.Null(HttpRouter.Build([], [], Fail).Match(Requests.Of("a.test")));
        Assert.Null(Build(Entry("a@file", "Host(`a.test`)")).Match(Requests.Of("b.test")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TheIndexNeverChangesTheResult(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var entries = new RouterEntry[random.Next(1, 80)];
            for (var i = 0; i < entries.Length; i++)
            {
                entries[i] = Entry($"r{i}@file", Rule(random, 3), random.Next(3) == 0 ? random.Next(-3, 60) : 0, random.Next(4) == 0 ? "v2" : "");
            }

            var router = HttpRouter.Build(entries, [], (_, _) => { });
            for (var i = 0; i < 100; i++)
            {
                var state = Requests.Of(Pick(random, Hosts), Pick(random, Paths), Pick(random, Methods));
                state.FlattenedHost = random.Next(8) == 0 ? Pick(random, Hosts) : "";
                Assert.Same(router.MatchInOrder(state), router.Match(state));
            }
        }
    }

    [Fact]
    public void AMatchAllocatesNothing()
    {
        var router = Build([.. Enumerable.Range(0, 200).Select(i => Entry($"r{i}@file", $"Host(`h{i}.test`) && PathPrefix(`/p`) && Query(`a`, `b`) && Header(`X`, `1`)")),
            .. Enumerable.Range(0, 200).Select(i => Entry($"p{i}@file", $"PathPrefix(`/p{i}`)"))]);
        var states = new[] { Requests.Of("h7.test", "/p?a=b", headers: ("X", "1")), Requests.Of("h7.test.", "/p199/x?a=%62"), Requests.Of("none", "/none") };
        Assert.NotNull(router.Match(states[0]));
        for (var i = 0; i < 50; i++)
        {
            MatchAll(router, states);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        MatchAll(router, states);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void MatchAll(HttpRouter router, RequestState[] states)
    {
        foreach (var state in states)
        {
            router.Match(state);
        }
    }

    private static string Rule(Random random, int depth)
    {
        switch (depth == 0 ? 3 : random.Next(8))
        {
            case 0:
                return $"({Rule(random, depth - 1)} && {Rule(random, depth - 1)})";
            case 1:
                return $"({Rule(random, depth - 1)} || {Rule(random, depth - 1)})";
            case 2:
                return $"!({Rule(random, depth - 1)})";
            default:
                return random.Next(9) switch
                {
                    0 or 1 => $"Host(`{Pick(random, ["a.test", "b.test", "w.test", "x.w.test", "a.test.", "single"])}`)",
                    2 => $"Host(`{Pick(random, ["*.w.test", "*.test", "*", "*.", "*.test."])}`)",
                    3 => $"HostRegexp(`{Pick(random, ["^[a-z]+\\.test$", ".+", ".*", "w"])}`)",
                    4 or 5 => $"PathPrefix(`{Pick(random, ["/", "/a", "/a/", "/ab", "/a/b", "/abc", "/c d", "/q"])}`)",
                    6 => $"Path(`{Pick(random, ["/", "/a", "/a/b", "/c d", "/zz"])}`)",
                    7 => $"Method(`{Pick(random, Methods)}`)",
                    _ => $"PathRegexp(`{Pick(random, ["^/a", "b$"])}`)",
                };
        }
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    private static HttpRouter Build(params RouterEntry[] entries) => HttpRouter.Build(entries, [], Fail);

    private static void Fail(RouterEntry entry, string error) => Assert.Fail($"{entry.Name}: {error}");

    private static RouterEntry Entry(string name, string rule, long priority = 0, string syntax = "") => new(name, rule, syntax, priority, new Named(name).InvokeAsync);

    private static string? Name(HttpRouter router, RequestState state) => (router.Match(state)?.Target as Named)?.Name;

    private sealed record Named(string Name)
    {
        public Task InvokeAsync(HttpContext context) => context.Response.WriteAsync(Name);
    }
}
