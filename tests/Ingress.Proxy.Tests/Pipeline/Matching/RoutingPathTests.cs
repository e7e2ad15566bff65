using Ingress.Proxy.Pipeline.Matching;

namespace Ingress.Proxy.Tests.Pipeline.Matching;

public sealed class RoutingPathTests
{
    [Theory]
    [InlineData("/plain", "/plain")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/a%2fb", "/a%2Fb")]
    [InlineData("/%41%2d", "/A-")]
    [InlineData("/caf%C3%A9", "/caf\u00c3\u00a9")]
    [InlineData("/x%3By%25", "/x%3By%25")]
    [InlineData("/%zz%4", "/%zz%4")]
    [InlineData("/%", "/%")]
    [InlineData("/%09%22end", "/\t\"end")]
    public void DecodesAllButReservedCharacters(string escaped, string path) => Assert.Equal(path, RoutingPath.Of(escaped));
}
