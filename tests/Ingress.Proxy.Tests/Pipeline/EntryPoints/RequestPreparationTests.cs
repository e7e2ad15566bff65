using System.Net;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.EntryPoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class RequestPreparationTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("100-continue", false)]
    [InlineData("100-Continue", false)]
    [InlineData("a-gift", true)]
    public void OnlyWhatCanBeExpectedPasses(string? expectation, bool refused)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Expect = expectation;

        Assert.Equal(refused ? Refusal.Expectation : Refusal.None, Prepare(context));
    }

    [Theory]
    [InlineData("100-continue", "a-gift", false)]
    [InlineData("a-gift", "100-continue", true)]
    public void OfSeveralExpectationsTheFirstCounts(string first, string second, bool refused)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Expect = new StringValues([first, second]);

        Assert.Equal(refused ? Refusal.Expectation : Refusal.None, Prepare(context));
        Assert.Equal(2, context.Request.Headers.Expect.Count);
    }

    [Theory]
    [InlineData("HTTP/1.0", true)]
    [InlineData("HTTP/1.1", false)]
    public void ChunksAreForHttp11Only(string protocol, bool refused)
    {
        var context = new DefaultHttpContext();
        context.Request.Protocol = protocol;
        context.Request.Headers.TransferEncoding = "chunked";

        Assert.Equal(refused ? Refusal.Text : Refusal.None, Prepare(context));
        Assert.Equal(refused ? "close" : "", context.Response.Headers.Connection.ToString());
    }

    [Theory]
    [InlineData("/a%00b", true)]
    [InlineData("http://site.test/a%00b", true)]
    [InlineData("http://site.test/a%20b?c=%00", false)]
    public void NoPathHoldsANull(string target, bool refused)
        => Assert.Equal(refused ? Refusal.Empty : Refusal.None, Prepare(new DefaultHttpContext(), target));

    [Theory]
    [InlineData("/x", "Site.test:80")]
    [InlineData("http://Site.test/x", "Site.test")]
    [InlineData("http://site.test:8080?x", "site.test:8080")]
    [InlineData("http://user@site.test", "site.test")]
    public void TheHostOfAnAbsoluteTargetCounts(string target, string expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Host = "Site.test:80";

        Assert.Equal(Refusal.None, Prepare(context, target));
        Assert.Equal(expected, context.Request.Headers.Host.ToString());
        Assert.Equal(expected, context.Request.Headers["X-Forwarded-Host"].ToString());
    }

    [Theory]
    [InlineData("wss", "https", "443")]
    [InlineData("https", null, "443")]
    [InlineData("http", "https", "80")]
    public void TheFirstForwardedSchemeNamesThePort(string first, string? second, string expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Forwarded-Proto"] = second is null ? first : new StringValues([first, second]);

        Assert.Equal(Refusal.None, Prepare(context));
        Assert.Equal(expected, context.Request.Headers["X-Forwarded-Port"].ToString());
    }

    private static Refusal Prepare(HttpContext context, string target = "/")
    {
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        var state = new RequestState();
        state.Reset(context);
        var options = new EntryPointOptions { ForwardedHeaders = new ForwardedHeadersOptions { Insecure = true } };
        return new RequestPreparation(options, TimeProvider.System).Prepare(state, ConnectionState.Of(new IPEndPoint(IPAddress.Loopback, 1), accepted: 0));
    }
}
