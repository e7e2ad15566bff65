using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Tests.Pipeline.Middlewares;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Tests.Pipeline;

public sealed class ResponseInterceptorTests
{
    [Fact]
    public async Task AnAcceptedAnswerGoesOutWithItsHeadersAddedToThoseOutside()
    {
        var bench = new MiddlewareBench();
        bench.Context.Response.Headers["Vary"] = "Accept-Encoding";
        await RunAsync(bench, new Passing(bench.Context), async context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers["Vary"] = "Origin";
            context.Response.Headers["X-App"] = "1";
            await context.Response.WriteAsync("body");
        });

        Assert.Equal(201, bench.Response.StatusCode);
        Assert.Equal("Accept-Encoding,Origin", bench.Response.Headers["Vary"].ToString());
        Assert.Equal("1", bench.Response.Headers["X-App"]);
        Assert.Equal("body", bench.Response.BodyText);
    }

    [Fact]
    public async Task AMiddlewareOutsideEditsTheHeadersOfAnAcceptedAnswer()
    {
        var bench = new MiddlewareBench();
        var context = bench.Context;
        context.Response.OnStarting(() =>
        {
            Assert.Equal(201, context.Response.StatusCode);
            context.Response.Headers.Remove("X-App");
            context.Response.Headers["X-Outside"] = "1";
            return Task.CompletedTask;
        });
        await RunAsync(bench, new Passing(context), async context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers["X-App"] = "1";
            await context.Response.WriteAsync("body");
        });

        Assert.Equal("1", bench.Response.Headers["X-Outside"]);
        Assert.False(bench.Response.Headers.ContainsKey("X-App"));
    }

    [Fact]
    public async Task ADroppedAnswerLeavesNothing()
    {
        var bench = new MiddlewareBench();
        var interceptor = new Dropping(bench.Context);
        await RunAsync(bench, interceptor, async context =>
        {
            context.Response.StatusCode = 500;
            context.Response.Headers["X-App"] = "1";
            await context.Response.WriteAsync("one");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync("two");
        });

        Assert.True(interceptor.IsDropped);
        Assert.Equal(500, interceptor.StatusCode);
        Assert.Equal(200, bench.Response.StatusCode);
        Assert.Empty(bench.Response.Headers);
        Assert.False(bench.Response.HasStarted);
        Assert.Equal("", bench.Response.BodyText);
    }

    [Fact]
    public async Task CallbacksOfTheStartRunFromTheInnermostOutwardsBeforeTheDecision()
    {
        var bench = new MiddlewareBench();
        var order = new List<string>();
        bench.Context.Response.OnStarting(() => Note(order, "outside"));
        var interceptor = new Passing(bench.Context) { OnAccept = () => order.Add("decision") };
        await RunAsync(bench, interceptor, async context =>
        {
            context.Response.OnStarting(() => Note(order, "outer"));
            context.Response.OnStarting(() => Note(order, "inner"));
            await context.Response.WriteAsync("x");
        });

        Assert.Equal(["inner", "outer", "decision", "outside"], order);
    }

    [Fact]
    public async Task AnAnswerWithoutABodyIsDecidedAtTheEnd()
    {
        var bench = new MiddlewareBench();
        await RunAsync(bench, new Passing(bench.Context), context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        Assert.Equal(204, bench.Response.StatusCode);
    }

    [Fact]
    public async Task TheBodyWriterIsInterceptedToo()
    {
        var bench = new MiddlewareBench();
        await RunAsync(bench, new Passing(bench.Context), async context =>
        {
            context.Response.StatusCode = 202;
            await context.Response.BodyWriter.WriteAsync("written"u8.ToArray());
        });

        Assert.Equal(202, bench.Response.StatusCode);
        Assert.Equal("written", bench.Response.BodyText);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnUpgradePassesUnlessTheAnswerIsDropped(bool passes)
    {
        var bench = new MiddlewareBench();
        var upgrade = new Upgrade();
        bench.Context.Features.Set<IHttpUpgradeFeature>(upgrade);
        ResponseInterceptor interceptor = passes ? new Passing(bench.Context) : new Dropping(bench.Context);
        var run = RunAsync(bench, interceptor, async context =>
        {
            context.Response.Headers.Upgrade = "websocket";
            await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        });

        if (passes)
        {
            await run;
            Assert.Equal(101, bench.Response.StatusCode);
            Assert.Equal("websocket", bench.Response.Headers.Upgrade);
        }
        else
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        }

        Assert.Equal(passes, upgrade.IsUpgraded);
        Assert.Same(upgrade, bench.Context.Features.Get<IHttpUpgradeFeature>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TrailersOfAnAcceptedAnswerPass(bool passes)
    {
        var bench = new MiddlewareBench();
        var trailers = new SupportedTrailers();
        bench.Context.Features.Set<IHttpResponseTrailersFeature>(trailers);
        await RunAsync(bench, passes ? new Passing(bench.Context) : new Dropping(bench.Context), async context =>
        {
            await context.Response.WriteAsync("x");
            context.Response.AppendTrailer("Grpc-Status", "0");
        });

        Assert.Equal(passes ? 1 : 0, trailers.Trailers.Count);
    }

    [Fact]
    public async Task TheResponseIsPutBackAfterwards()
    {
        var bench = new MiddlewareBench();
        await RunAsync(bench, new Passing(bench.Context), static _ => Task.CompletedTask);

        Assert.Same(bench.Response, bench.Context.Features.Get<IHttpResponseFeature>());
        Assert.Same(bench.Response, bench.Context.Features.Get<IHttpResponseBodyFeature>());
        Assert.Null(bench.Context.Features.Get<IHttpUpgradeFeature>());
        Assert.Null(bench.Context.Features.Get<IHttpResponseTrailersFeature>());
    }

    private static async Task RunAsync(MiddlewareBench bench, ResponseInterceptor interceptor, RequestDelegate inner)
    {
        interceptor.Attach();
        try
        {
            await inner(bench.Context);
            await interceptor.FinishAsync();
        }
        finally
        {
            interceptor.Detach();
        }
    }

    private static Task Note(List<string> order, string name)
    {
        order.Add(name);
        return Task.CompletedTask;
    }

    private sealed class Passing(HttpContext context) : ResponseInterceptor(context)
    {
        public Action? OnAccept { get; init; }

        protected override bool Accept()
        {
            OnAccept?.Invoke();
            return true;
        }
    }

    private sealed class Dropping(HttpContext context) : ResponseInterceptor(context)
    {
        protected override bool Accept() => false;
    }

    private sealed class Upgrade : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => true;

        public bool IsUpgraded { get; private set; }

        public Task<Stream> UpgradeAsync()
        {
            IsUpgraded = true;
            return Task.FromResult(Stream.Null);
        }
    }

    private sealed class SupportedTrailers : IHttpResponseTrailersFeature
    {
        public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();
    }
}
