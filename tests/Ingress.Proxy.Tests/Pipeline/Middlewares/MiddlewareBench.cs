using System.Net;
using System.Text;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

/// <summary>Runs one middleware around a handler, without a network: a request in, the answer and what the handler saw out.</summary>
internal sealed class MiddlewareBench
{
    private readonly Dictionary<string, RuntimeObject<HttpMiddlewareConfig>> middlewares = [];
    private readonly RequestState state = new();

    public MiddlewareBench(string target = "/", string method = "GET", string host = "test.example")
    {
        Response = new RecordedResponse();
        Context.Features.Set<IHttpResponseFeature>(Response);
        Context.Features.Set<IHttpResponseBodyFeature>(Response);
        state.Reset(Context);
        state.Host = host;
        state.PeerAddress = IPAddress.Loopback;
        state.PeerHost = "127.0.0.1";
        Context.Features.Set(state);
        Context.Request.Method = method;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        state.Target.TrySetEscapedPath(question < 0 ? target : target[..question]);
        state.Target.RawQuery = question < 0 ? "" : target[(question + 1)..];
        Handler = context =>
        {
            WasForwarded = true;
            SeenTarget = state.Target.RequestUri;
            context.Response.StatusCode = 200;
            return context.Response.WriteAsync("from the server");
        };
    }

    public DefaultHttpContext Context { get; } = new();

    public RequestState State => state;

    public IHeaderDictionary RequestHeaders => Context.Request.Headers;

    public RecordedResponse Response { get; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The handler behind the middleware; the default answers 200 and notes what it saw.</summary>
    public RequestDelegate Handler { get; set; }

    public bool WasForwarded { get; private set; }

    public string SeenTarget { get; private set; } = "";

    public IReadOnlyDictionary<string, RuntimeObject<HttpMiddlewareConfig>> Middlewares => middlewares;

    public PipelineBuild Pipeline => new()
    {
        Configuration = new RuntimeConfiguration { HttpMiddlewares = middlewares },
        State = new StateStore(null),
        Loggers = NullLoggerFactory.Instance,
        Time = Time,
        InternalServices = new Dictionary<string, IInternalService>(),
    };

    /// <summary>Declares a middleware with these sections.</summary>
    public MiddlewareBench Declare(string name, params (string Key, object? Options)[] sections)
    {
        middlewares[name] = new RuntimeObject<HttpMiddlewareConfig>(name, new HttpMiddlewareConfig { Sections = sections.ToDictionary(section => section.Key, section => section.Options) });
        return this;
    }

    /// <summary>Builds the middleware of that key.</summary>
    public RequestDelegate Build(string key, object options) => MiddlewareCatalog.ByKey[key].Build(new MiddlewareBuild
    {
        Name = "m@file",
        Owner = "r@file",
        Options = options,
        Next = context => Handler(context),
        Pipeline = Pipeline,
    });

    /// <summary>Builds it and sends the request through.</summary>
    public Task<MiddlewareBench> RunAsync(string key, object options) => RunAsync(Build(key, options));

    /// <summary>Sends the request through.</summary>
    public async Task<MiddlewareBench> RunAsync(RequestDelegate middleware)
    {
        await middleware(Context);
        await Response.StartAsync();
        return this;
    }
}

/// <summary>A response in memory that runs the callbacks of its start, which the default one does not.</summary>
internal sealed class RecordedResponse : StreamResponseBodyFeature, IHttpResponseFeature
{
    private readonly List<(Func<object, Task> Callback, object State)> onStarting = [];
    private readonly StartingStream stream;

    public RecordedResponse()
        : this(new StartingStream())
    {
    }

    private RecordedResponse(StartingStream stream)
        : base(stream)
    {
        this.stream = stream;
        stream.Owner = this;
    }

    public int StatusCode { get; set; } = 200;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted { get; private set; }

    public byte[] BodyBytes => stream.Written.ToArray();

    public string BodyText => Encoding.UTF8.GetString(stream.Written.ToArray());

    public override Task StartAsync(CancellationToken cancellationToken = default) => BeginAsync();

    Stream IHttpResponseFeature.Body
    {
        get => stream;
        set => throw new NotSupportedException();
    }

    public void OnStarting(Func<object, Task> callback, object state) => onStarting.Add((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state)
    {
    }

    private async Task BeginAsync()
    {
        if (HasStarted)
        {
            return;
        }

        for (var i = onStarting.Count - 1; i >= 0; i--)
        {
            await onStarting[i].Callback(onStarting[i].State);
        }

        HasStarted = true;
    }

    private sealed class StartingStream : Stream
    {
        public RecordedResponse Owner { get; set; } = null!;

        public MemoryStream Written { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written.Length;

        public override long Position
        {
            get => Written.Position;
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Owner.BeginAsync();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Owner.BeginAsync();
            Written.Write(buffer.Span);
        }
    }
}
