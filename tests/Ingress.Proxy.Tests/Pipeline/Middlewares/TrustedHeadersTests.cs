using Ingress.Proxy.Pipeline.Middlewares;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class TrustedHeadersTests
{
    [Fact]
    public void RemovesEverySpelling()
    {
        var headers = new HeaderDictionary { ["X-User"] = "1", ["x_user"] = "2", ["X-Users"] = "3", ["XUser"] = "4" };
        TrustedHeaders.Remove(headers, "x-User");
        Assert.Equal(["X-Users", "XUser"], headers.Keys.Order(StringComparer.Ordinal));
    }
}
