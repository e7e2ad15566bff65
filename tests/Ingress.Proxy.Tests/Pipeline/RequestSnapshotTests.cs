using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Tests.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline;

public sealed class RequestSnapshotTests
{
    [Fact]
    public void PutsBackWhatMiddlewaresChanged()
    {
        var bench = new MiddlewareBench("/api/users?x=1", "PUT");
        bench.RequestHeaders["X-One"] = "1";
        bench.RequestHeaders["X-Two"] = new(["a", "b"]);
        using var snapshot = RequestSnapshot.Take(bench.Context);

        bench.State.Target.Set("/users", "");
        bench.State.Host = "other.example";
        bench.Context.Request.Method = "GET";
        bench.RequestHeaders.Remove("X-One");
        bench.RequestHeaders["X-Two"] = "c";
        bench.RequestHeaders["X-Three"] = "3";
        snapshot.Restore();

        Assert.Equal("/api/users?x=1", bench.State.Target.RequestUri);
        Assert.Equal("test.example", bench.State.Host);
        Assert.Equal("PUT", bench.Context.Request.Method);
        Assert.Equal("1", bench.RequestHeaders["X-One"]);
        Assert.Equal("a,b", bench.RequestHeaders["X-Two"].ToString());
        Assert.False(bench.RequestHeaders.ContainsKey("X-Three"));
    }
}
