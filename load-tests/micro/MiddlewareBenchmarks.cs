using System.Net;
using System.Threading.Tasks.Sources;
using BenchmarkDotNet.Attributes;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.Compression;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;
using Ingress.Proxy.Pipeline.Middlewares.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.MicroBenchmarks;

/// <summary>
/// What a common chain of middlewares costs over none: headers, rateLimit, stripPrefix and compress, which does not compress the small answer. The answer comes at
/// once, or, as from a server, later.
/// </summary>
[MemoryDiagnoser]
public class MiddlewareBenchmarks
{
    private static readonly byte[] Answer = new byte[100];

    private readonly DefaultHttpContext context = new();
    private readonly RequestState state = new();
    private readonly BenchResponse response = new();
    private readonly LaterAnswer later = new();
    private RequestDelegate chain = null!;
    private RequestDelegate laterChain = null!;
    private RequestDelegate respondLater = null!;

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
        respondLater = RespondLaterAsync;
        chain = Respond;
        laterChain = respondLater;
        foreach (var (key, options) in middlewares)
        {
            chain = Wrap(key, options, chain);
            laterChain = Wrap(key, options, laterChain);
        }

        context.Features.Set(state);
        context.Features.Set<IHttpResponseFeature>(response);
        context.Features.Set<IHttpResponseBodyFeature>(response);

        RequestDelegate Wrap(string key, object options, RequestDelegate next)
            => MiddlewareCatalog.ByKey[key].Build(new MiddlewareBuild { Name = key + "@bench", Owner = "bench@bench", Options = options, Next = next, Pipeline = pipeline });
    }

    /// <summary>The handler alone, which answers at once.</summary>
    [Benchmark(Baseline = true)]
    public Task NoMiddleware() => RunAsync(Respond);

    /// <summary>The chain before it.</summary>
    [Benchmark]
    public Task FourMiddlewares() => RunAsync(chain);

    /// <summary>A handler alone that answers later.</summary>
    [Benchmark]
    public Task NoMiddlewareAnswerLater() => RunLaterAsync(respondLater);

    /// <summary>The chain before it.</summary>
    [Benchmark]
    public Task FourMiddlewaresAnswerLater() => RunLaterAsync(laterChain);

    private Task RunLaterAsync(RequestDelegate handler)
    {
        var running = RunAsync(handler);
        later.Arrive();
        return running;
    }

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
        response.Reset();
        later.Reset();
        return handler(context);
    }

    private static Task Respond(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = Answer.Length;
        return context.Response.Body.WriteAsync(Answer, 0, Answer.Length);
    }

    private async Task RespondLaterAsync(HttpContext context)
    {
        await later.WaitAsync().ConfigureAwait(false);
        await Respond(context).ConfigureAwait(false);
    }

    /// <summary>A response that runs the callbacks of its start in Kestrel's order, and forgets its body.</summary>
    private sealed class BenchResponse() : StreamResponseBodyFeature(Stream.Null), IHttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> onStarting = new();

        public int StatusCode { get; set; } = 200;

        public string? ReasonPhrase { get; set; }

        public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

        public bool HasStarted { get; private set; }

        Stream IHttpResponseFeature.Body
        {
            get => Stream;
            set => throw new NotSupportedException();
        }

        public void OnStarting(Func<object, Task> callback, object state) => onStarting.Push((callback, state));

        public void OnCompleted(Func<object, Task> callback, object state)
        {
        }

        /// <summary>Makes it ready for another request, after what the last one registered has run.</summary>
        public void Reset()
        {
            while (onStarting.TryPop(out var starting))
            {
                _ = starting.Callback(starting.State);
            }

            Headers.Clear();
            StatusCode = 200;
        }
    }

    /// <summary>Something to wait for that costs nothing itself.</summary>
    private sealed class LaterAnswer : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> core;

        public ValueTask WaitAsync() => new(this, core.Version);

        public void Arrive()
        {
            if (core.GetStatus(core.Version) == ValueTaskSourceStatus.Pending)
            {
                core.SetResult(true);
            }
        }

        public void Reset() => core.Reset();

        public void GetResult(short token) => core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
            => core.OnCompleted(continuation, state, token, flags);
    }
}
