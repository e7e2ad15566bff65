using Ingress.Proxy.Pipeline.Middlewares.Compression;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Compression;

public sealed class AcceptedEncodingTests
{
    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("zstd, br, gzip", "gzip")]
    [InlineData("gzip;q=0.5, br;q=0.8", "br")]
    [InlineData("gzip;q=0", "none")]
    [InlineData("gzip;q=0, br", "br")]
    [InlineData("deflate", "none")]
    [InlineData("", "none")]
    [InlineData("*", "any")]
    [InlineData("*;q=0.1, br;q=0.5", "br")]
    [InlineData("br, *", "any")]
    [InlineData("identity", "none")]
    [InlineData("identity;q=1, gzip;q=0.5", "none")]
    [InlineData("identity, gzip", "gzip")]
    [InlineData("gzip ; q=0.2 , zstd ; q=0.4", "zstd")]
    [InlineData("gzip;q=x, br;q=0.1", "br")]
    [InlineData("gzip;level=1", "gzip")]
    public void ChoosesWhatTheClientLikesBest(string header, string expected)
    {
        string[] offered = ["gzip", "br", "zstd"];
        var chosen = AcceptedEncoding.Choose(header, offered);

        Assert.Equal(expected, chosen switch { AcceptedEncoding.None => "none", AcceptedEncoding.Any => "any", _ => offered[chosen] });
    }
}
