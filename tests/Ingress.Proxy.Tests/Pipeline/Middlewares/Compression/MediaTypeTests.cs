using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.Compression;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Compression;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("Text/HTML; charset=utf-8", "text/html")]
    [InlineData("text/plain;", "text/plain")]
    [InlineData(" image/svg+xml ; a=\"b;\\\"c\" ; d=e", "image/svg+xml")]
    [InlineData("token", "token")]
    public void ReadsContentTypes(string text, string expected) => Assert.Equal(expected, MediaType.Parse(text, "included"));

    [Theory]
    [InlineData("text/", "expected token after slash")]
    [InlineData("", "no media type")]
    [InlineData("text html", "expected slash after first token")]
    [InlineData("text/html x", "unexpected content after media subtype")]
    [InlineData("text/html; x", "invalid media parameter")]
    [InlineData("text/html; x=\"y", "invalid media parameter")]
    public void SaysWhatIsWrong(string text, string fault)
        => Assert.Equal("parsing excluded media type: mime: " + fault, Assert.Throws<ConfigurationException>(() => MediaType.Parse(text, "excluded")).Message);
}
