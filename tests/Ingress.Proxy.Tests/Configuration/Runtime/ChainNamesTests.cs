using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Configuration.Runtime;

public sealed class ChainNamesTests
{
    [Fact]
    public void CompletesTheChainsInUseOnly()
    {
        var completed = ChainNames.Complete(
            new Dictionary<string, HttpMiddlewareConfig>
            {
                ["outer@file"] = Chain("inner", "x@docker"),
                ["inner@file"] = Chain("a", "outer"),
                ["unused@file"] = Chain("a"),
            },
            new Dictionary<string, HttpRouterConfig> { ["r@docker"] = new() { Middlewares = ["outer@file", "missing"] } });
        Assert.Equal(["inner@file", "x@docker"], Members(completed["outer@file"]));
        Assert.Equal(["a@file", "outer@file"], Members(completed["inner@file"]));
        Assert.Equal(["a"], Members(completed["unused@file"]));
    }

    private static HttpMiddlewareConfig Chain(params string[] members)
        => new() { Sections = new Dictionary<string, object?> { ["chain"] = new ChainOptions { Middlewares = members } } };

    private static IReadOnlyList<string> Members(HttpMiddlewareConfig middleware) => ((ChainOptions)middleware.Sections["chain"]!).Middlewares;
}
