using System.Buffers;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Pipeline.Middlewares.Predicates;
using Ingress.Proxy.Pipeline.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Pipeline.Middlewares.Buffering;

/// <summary>Takes in whole requests before a server sees them, and whole answers before the client does (<c>buffering</c>).</summary>
[AllowEmpty]
public sealed record BufferingOptions
{
    /// <summary>The largest request body in bytes; larger ones are refused with 413. Default: 0, no limit.</summary>
    public long MaxRequestBodyBytes { get; init; }

    /// <summary>Bytes of a request body that are kept in memory; the rest goes to a temporary file. Default: 0, which is 1048576.</summary>
    public long MemRequestBodyBytes { get; init; }

    /// <summary>The largest answer's body in bytes; for larger ones the client gets 500. Default: 0, no limit.</summary>
    public long MaxResponseBodyBytes { get; init; }

    /// <summary>Bytes of an answer's body that are kept in memory; the rest goes to a temporary file. Default: 0, which is 1048576.</summary>
    public long MemResponseBodyBytes { get; init; }

    /// <summary>
    /// When to send a request that has a body again, up to ten times, such as <c>IsNetworkError() &amp;&amp; Attempts() &lt; 2</c>; also <c>ResponseCode()</c> and
    /// <c>RequestMethod()</c>. Default: never.
    /// </summary>
    public string RetryExpression { get; init; } = "";
}

/// <summary>Takes in whole requests and answers.</summary>
internal sealed class BufferingMiddleware
{
    private const long DefaultMemory = 1024 * 1024;
    private const int MaxAttempts = 10;
    private static readonly PredicateCompiler<Attempt> Expressions = new(Function);

    private readonly RequestDelegate next;
    private readonly BufferingOptions options;
    private readonly long requestMemory;
    private readonly Func<Attempt, bool>? retries;

    private BufferingMiddleware(RequestDelegate next, BufferingOptions options)
    {
        Check(options.MaxRequestBodyBytes);
        Check(options.MemRequestBodyBytes);
        Check(options.MaxResponseBodyBytes);
        Check(options.MemResponseBodyBytes);
        this.next = next;
        this.options = options;
        requestMemory = Memory(options.MemRequestBodyBytes);
        retries = options.RetryExpression.Length == 0 ? null : Expressions.Compile(options.RetryExpression);
    }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build) => new BufferingMiddleware(build.Next, build.OptionsAs<BufferingOptions>()).InvokeAsync;

    private static void Check(long bytes)
    {
        if (bytes < 0)
        {
            throw new ConfigurationException($"a number of bytes must be 0 or more, not {bytes}");
        }
    }

    // A buffer is one array, so its memory ends where an array does.
    private static long Memory(long configured) => configured == 0 ? DefaultMemory : Math.Min(configured, Array.MaxLength);

    private Task InvokeAsync(HttpContext context)
    {
        if (options.MaxRequestBodyBytes > 0 && context.Request.ContentLength > options.MaxRequestBodyBytes)
        {
            return PlainAnswers.StatusAsync(context, StatusCodes.Status413PayloadTooLarge);
        }

        // An upgrade has no end to wait for.
        return IsUpgrade(context) ? next(context) : RunAsync(context);
    }

    private static bool IsUpgrade(HttpContext context)
        => RequestHeaders.AskForUpgrade(context)
            || (context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect ?? false);

    private async Task RunAsync(HttpContext context)
    {
        var request = context.Request;
        var source = request.Body;
        var body = new SpilledBody(requestMemory);
        await using (body.ConfigureAwait(false))
        {
            if (ReplayableBody.MayHaveBody(request))
            {
                if (!await ReadAsync(source, body, context.RequestAborted).ConfigureAwait(false))
                {
                    await PlainAnswers.StatusAsync(context, StatusCodes.Status413PayloadTooLarge).ConfigureAwait(false);
                    return;
                }

                request.Headers.Remove("Transfer-Encoding");
                request.ContentLength = body.Length;
            }

            try
            {
                await TryAsync(context, body).ConfigureAwait(false);
            }
            finally
            {
                request.Body = source;
            }
        }
    }

    private async ValueTask<bool> ReadAsync(Stream source, SpilledBody body, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int count;
            while ((count = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                if (options.MaxRequestBodyBytes > 0 && body.Length + count > options.MaxRequestBodyBytes)
                {
                    return false;
                }

                await body.AppendAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task TryAsync(HttpContext context, SpilledBody body)
    {
        using var snapshot = retries is null || body.Length == 0 ? null : RequestSnapshot.Take(context);
        for (var attempt = 1; ; attempt++)
        {
            context.Request.Body = body.Length == 0 ? Stream.Null : await body.OpenReadAsync(context.RequestAborted).ConfigureAwait(false);
            var answer = new BufferedAnswer(context, options.MaxResponseBodyBytes, Memory(options.MemResponseBodyBytes));
            await using (answer.ConfigureAwait(false))
            {
                answer.Hold();
                try
                {
                    await next(context).ConfigureAwait(false);
                    await answer.FinishAsync().ConfigureAwait(false);
                }
                finally
                {
                    answer.Release();
                }

                if (snapshot is null || attempt > MaxAttempts || answer.IsTooLarge || answer.IsCut
                    || !retries!(new Attempt(context.Request.Method, attempt, answer.StatusCode)))
                {
                    await answer.SendAsync().ConfigureAwait(false);
                    return;
                }
            }

            snapshot.Restore();
        }
    }

    private static PredicateFunction<Attempt>? Function(string name, IReadOnlyList<object> arguments) => name switch
    {
        _ when arguments.Count > 0 => throw new ConfigurationException(name + " takes no arguments"),
        "IsNetworkError" => new() { Truth = static attempt => attempt.Status is StatusCodes.Status502BadGateway or StatusCodes.Status504GatewayTimeout },
        "Attempts" => new() { Whole = static attempt => attempt.Number },
        "ResponseCode" => new() { Whole = static attempt => attempt.Status },
        "RequestMethod" => new() { Text = static attempt => attempt.Method },
        _ => null,
    };

    private readonly record struct Attempt(string Method, int Number, int Status);
}
