using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class AddPrefixTests
{
    [Theory]
    [InlineData("/foo", "/bar", "/foo/bar")]
    [InlineData("/foo", "/", "/foo/")]
    [InlineData("/foo", "/bar?x=1&y=%20z", "/foo/bar?x=1&y=%20z")]
    [InlineData("/foo", "/a%2Fb/c%20d", "/foo/a%2Fb/c%20d")]
    [InlineData("bare", "/x", "/bare/x")]
    [InlineData("/foo/", "/x", "/foo//x")]
    [InlineData("/a b", "/x", "/a%20b/x")]
    [InlineData("/a b", "/x%2Fy", "/a%20b/x%2Fy")]
    [InlineData("/é", "/x%2Fy", "/%C3%A9/x%2Fy")]
    public async Task PutsThePrefixBeforeThePath(string prefix, string target, string expected)
        => Assert.Equal(expected, (await new MiddlewareBench(target).RunAsync("addPrefix", new AddPrefixOptions { Prefix = prefix })).SeenTarget);

    [Fact]
    public void RefusesAnEmptyPrefix()
        => Assert.Equal("prefix cannot be empty", Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("addPrefix", new AddPrefixOptions())).Message);
}
