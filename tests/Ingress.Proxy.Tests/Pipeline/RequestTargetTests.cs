using Ingress.Proxy.Pipeline;

namespace Ingress.Proxy.Tests.Pipeline;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/a!'()*[]", "/a!'()*[]")]
    [InlineData("/a\"b", "/a%22b")]
    [InlineData("/a%2fb", "/a%2fb")]
    [InlineData("/%41", "/%41")]
    [InlineData("", "")]
    [InlineData("*", "*")]
    public void SendsAPathAsGoWould(string path, string expected)
    {
        var target = new RequestTarget();
        Assert.True(target.TrySetEscapedPath(path));
        Assert.Equal(expected, target.EscapedPath);
    }

    [Fact]
    public void TakesTheDefaultEncodingWhereTheEncodedFormDoesNotFit()
    {
        var target = new RequestTarget();
        target.Set("/x/y", "/z%2Fy");
        Assert.Equal("/x/y", target.EscapedPath);
    }

    [Theory]
    [InlineData("/é", "/%C3%A9")]
    [InlineData("/x", "/x")]
    public void TextsOfTheConfigurationAreUtf8(string text, string expected)
    {
        Assert.Equal(expected, RequestTarget.Encode(RequestTarget.FromText(text)));
        Assert.Equal(text, RequestTarget.ToText(RequestTarget.FromText(text)));
    }

    [Fact]
    public void BytesThatAreNotUtf8StayThemselves() => Assert.Equal("/\u00ff", RequestTarget.ToText("/\u00ff"));
}
