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
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/";
        context.Request.Headers.Expect = expectation;
        var state = new RequestState();
        state.Reset(context);

        var refusal = new RequestPreparation(new EntryPointOptions(), TimeProvider.System).Prepare(state, ConnectionState.Of(new IPEndPoint(IPAddress.Loopback, 1), accepted: 0));

        Assert.Equal(refused ? Refusal.Expectation : Refusal.None, refusal);
    }
}
