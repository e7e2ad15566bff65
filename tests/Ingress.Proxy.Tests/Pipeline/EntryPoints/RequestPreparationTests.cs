using System.Net;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.EntryPoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

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

    private static Refusal Prepare(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/";
        var state = new RequestState();
        state.Reset(context);
        return new RequestPreparation(new EntryPointOptions(), TimeProvider.System).Prepare(state, ConnectionState.Of(new IPEndPoint(IPAddress.Loopback, 1), accepted: 0));
    }
}
