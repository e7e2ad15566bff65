using System.Net;
using BenchmarkDotNet.Attributes;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.Compression;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;
using Ingress.Proxy.Pipeline.Middlewares.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.MicroBenchmarks;

/// <summary>What a common chain of middlewares costs over none: headers, rateLimit, stripPrefix and compress, which does not compress the small answer.</summary>
[MemoryDiagnoser]
public class MiddlewareBenchmarks
{
    private static readonly byte[] Answer = new byte[100];

    private readonly DefaultHttpContext context = new();
    private readonly RequestState state = new();
    private RequestDelegate chain = Respond;

    /// <summary>Builds the chain and a request.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var pipeline = new PipelineBuild
        {
            Configuration = new RuntimeConfiguration(),
            State = new StateStore(null),
            Loggers = NullLoggerFactory.Instance,
            Time = TimeProvider.System,
            InternalServices = new Dictionary<string, IInternalService>(),
        };
        (string Key, object Options)[] middlewares =
        [
            ("compress", new CompressOptions()),
            ("stripPrefix", new StripPrefixOptions { Prefixes = ["/api"] }),
            ("rateLimit", new RateLimitOptions { Average = 1_000_000_000, Burst = 1_000_000_000 }),
            ("headers", new HeadersOptions { CustomRequestHeaders = new Dictionary<string, string> { ["X-Set"] = "1" }, FrameDeny = true }),
        ];
        foreach (var (key, options) in middlewares)
        {
            chain = MiddlewareCatalog.ByKey[key].Build(new MiddlewareBuild { Name = key + "@bench", Owner = "bench@bench", Options = options, Next = chain, Pipeline = pipeline });
        }

        context.Features.Set(state);
    }

    /// <summary>The handler alone.</summary>
    [Benchmark(Baseline = true)]
    public Task NoMiddleware() => RunAsync(Respond);

    /// <summary>The chain before it.</summary>
    [Benchmark]
    public Task FourMiddlewares() => RunAsync(chain);

    private Task RunAsync(RequestDelegate handler)
    {
        state.Reset(context);
        state.Host = "bench.test";
        state.PeerAddress = IPAddress.Loopback;
        state.PeerHost = "127.0.0.1";
        state.Target.TrySetEscapedPath("/api/users");
        context.Request.Method = "GET";
        context.Request.Headers.Clear();
        context.Request.Headers.AcceptEncoding = "gzip, br";
        context.Response.Headers.Clear();
        return handler(context);
    }

    private static Task Respond(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = Answer.Length;
        return context.Response.Body.WriteAsync(Answer, 0, Answer.Length);
    }
}
