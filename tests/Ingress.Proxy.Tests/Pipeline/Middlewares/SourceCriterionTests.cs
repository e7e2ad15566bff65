using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class SourceCriterionTests
{
    [Fact]
    public void DefaultsToWhatTheMiddlewareWants()
    {
        var bench = new MiddlewareBench(host: "Shop.test:81");
        Assert.Equal("Shop.test:81", SourceCriterion.Create(null, defaultsToHost: true).Find(bench.Context));
        Assert.Equal("127.0.0.1", SourceCriterion.Create(new SourceCriterionOptions(), defaultsToHost: false).Find(bench.Context));
    }

    [Fact]
    public void TakesTheFirstValueOfAHeader()
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["X-Key"] = new(["one", "two"]);
        Assert.Equal("one", SourceCriterion.Create(new SourceCriterionOptions { RequestHeaderName = "x-key" }, true).Find(bench.Context));
        Assert.Equal("", SourceCriterion.Create(new SourceCriterionOptions { RequestHeaderName = "x-other" }, true).Find(bench.Context));
    }

    [Fact]
    public void ByTheHeaderHostAllClientsAreOne()
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders.Host = "a.test";
        Assert.Equal("", SourceCriterion.Create(new SourceCriterionOptions { RequestHeaderName = "Host" }, true).Find(bench.Context));
    }

    [Fact]
    public void RefusesTwoCriteria()
    {
        var strategy = new IpStrategyOptions();
        Assert.Equal("iPStrategy and RequestHeaderName are mutually exclusive", Fault(new SourceCriterionOptions { IpStrategy = strategy, RequestHeaderName = "x" }));
        Assert.Equal("iPStrategy and RequestHost are mutually exclusive", Fault(new SourceCriterionOptions { IpStrategy = strategy, RequestHost = true }));
        Assert.Equal("requestHost and RequestHeaderName are mutually exclusive", Fault(new SourceCriterionOptions { RequestHost = true, RequestHeaderName = "x" }));
    }

    private static string Fault(SourceCriterionOptions options)
        => Assert.Throws<ConfigurationException>(() => SourceCriterion.Create(options, true)).Message;
}
