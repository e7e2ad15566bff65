using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Configuration;

public sealed class RecordComparisonTests
{
    [Fact]
    public void SameIsWhatHasTheSameCanonicalText()
    {
        var router = new HttpRouterConfig { Rule = "Path(`/`)", EntryPoints = ["web"] };
        var prefix = new StripPrefixOptions { Prefixes = ["/a"] };
        object[] values =
        [
            router, router with { }, router with { EntryPoints = new List<string> { "web" } }, router with { EntryPoints = [] }, router with { EntryPoints = ["web", "two"] },
            router with { UsesDefaultRule = true }, router with { Tls = new() }, router with { Tls = new() { Domains = [new() { Main = "a" }] } }, router with { Priority = 1 },
            new HttpConfiguration(), new HttpConfiguration { Routers = new Dictionary<string, HttpRouterConfig>() },
            new HttpConfiguration { Routers = new Dictionary<string, HttpRouterConfig> { ["a"] = router, ["b"] = router with { Rule = "x" } } },
            new HttpConfiguration { Routers = new Dictionary<string, HttpRouterConfig> { ["b"] = router with { Rule = "x" }, ["a"] = router with { } } },
            new HttpConfiguration { Routers = new Dictionary<string, HttpRouterConfig> { ["b"] = router, ["a"] = router with { Rule = "x" } } },
            new HttpConfiguration { Middlewares = new Dictionary<string, HttpMiddlewareConfig> { ["m"] = Middleware("stripPrefix", prefix) } },
            new HttpConfiguration { Middlewares = new Dictionary<string, HttpMiddlewareConfig> { ["m"] = Middleware("stripPrefix", prefix with { }) } },
            new HttpConfiguration { Middlewares = new Dictionary<string, HttpMiddlewareConfig> { ["m"] = Middleware("stripPrefix", prefix with { Prefixes = ["/b"] }) } },
            new HttpConfiguration { Middlewares = new Dictionary<string, HttpMiddlewareConfig> { ["m"] = Middleware("other", prefix) } },
        ];
        foreach (var one in values)
        {
            foreach (var other in values)
            {
                Assert.Equal(RecordJson.Canonical(one) == RecordJson.Canonical(other), RecordComparison.Same(one, other));
            }
        }
    }

    private static HttpMiddlewareConfig Middleware(string type, object options) => new() { Sections = new Dictionary<string, object?> { [type] = options } };
}
