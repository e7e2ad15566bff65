using System.Globalization;
using System.Net;
using BenchmarkDotNet.Attributes;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Matching;
using Microsoft.AspNetCore.Http;

namespace Ingress.MicroBenchmarks;

/// <summary>One request through the router's index, and a whole index built anew.</summary>
[MemoryDiagnoser]
public class MatcherBenchmarks
{
    private List<RouterEntry> entries = [];
    private HttpRouter router = HttpRouter.Build([], [], (_, _) => { });
    private RequestState first = new();
    private RequestState last = new();
    private RequestState none = new();

    /// <summary>How many routers there are, each with a host of its own; every tenth has a path too.</summary>
    [Params(1, 100, 10_000)]
    public int Routers { get; set; }

    /// <summary>Makes the routers and three requests.</summary>
    [GlobalSetup]
    public void Setup()
    {
        RequestDelegate handler = _ => Task.CompletedTask;
        entries = [.. Enumerable.Range(0, Routers).Select(number => new RouterEntry($"r{number}@file", RuleOf(number), "", 0, handler))];
        router = Build();
        first = Request("host0.test");
        last = Request("host" + (Routers - 1).ToString(CultureInfo.InvariantCulture) + ".test");
        none = Request("nobody.test");
    }

    /// <summary>The first host.</summary>
    [Benchmark(Baseline = true)]
    public object? FirstHost() => router.Match(first);

    /// <summary>The last host.</summary>
    [Benchmark]
    public object? LastHost() => router.Match(last);

    /// <summary>A host that no router has.</summary>
    [Benchmark]
    public object? NoHost() => router.Match(none);

    /// <summary>All rules parsed and indexed.</summary>
    [Benchmark]
    public object Rebuild() => Build();

    private static string RuleOf(int number) => number % 10 == 9 ? $"Host(`host{number}.test`) && PathPrefix(`/`)" : $"Host(`host{number}.test`)";

    private static RequestState Request(string host)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        var state = new RequestState { Context = context, Host = host, RoutingHost = host, RoutingPath = "/", PeerAddress = IPAddress.Loopback, PeerHost = "127.0.0.1" };
        state.Target.TrySetEscapedPath("/");
        return state;
    }

    private HttpRouter Build() => HttpRouter.Build(entries, [], (entry, fault) => throw new InvalidOperationException($"{entry.Name}: {fault}"));
}
