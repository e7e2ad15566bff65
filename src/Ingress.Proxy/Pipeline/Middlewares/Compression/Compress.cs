using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Ingress.Proxy.Pipeline.Middlewares.Compression;

/// <summary>Compresses answers for clients that accept it (<c>compress</c>).</summary>
[AllowEmpty]
public sealed record CompressOptions
{
    /// <summary>Content types of requests and answers that are not compressed. Not together with <c>includedContentTypes</c>. Default: none but application/grpc.</summary>
    public IReadOnlyList<string> ExcludedContentTypes { get; init; } = [];

    /// <summary>The only content types of answers that are compressed. Default: all.</summary>
    public IReadOnlyList<string> IncludedContentTypes { get; init; } = [];

    /// <summary>Bytes below which a body is not worth it. Default: 0, which is 1024.</summary>
    public int MinResponseBodyBytes { get; init; }

    /// <summary>Encodings on offer, the preferred first: gzip, br (Brotli) and zstd (Zstandard). Default: gzip, br, zstd.</summary>
    public IReadOnlyList<string> Encodings { get; init; } = ["gzip", "br", "zstd"];

    /// <summary>The encoding for clients that say nothing, or anything. Default: none.</summary>
    public string DefaultEncoding { get; init; } = "";
}

/// <summary>Chooses an encoding for each answer.</summary>
internal sealed class Compress
{
    private const int DefaultMinimum = 1024;
    private static readonly string[] Known = [CompressedAnswer.Gzip, CompressedAnswer.Brotli, CompressedAnswer.Zstandard];
    private static readonly ObjectPool<CompressedAnswer> Answers = ObjectPool.Create<CompressedAnswer>();

    private readonly RequestDelegate next;
    private readonly string[] encodings;
    private readonly int defaultEncoding;

    private Compress(RequestDelegate next, CompressOptions options)
    {
        this.next = next;
        encodings = [.. options.Encodings.Count > 0 ? options.Encodings : Known];
        defaultEncoding = Array.IndexOf(encodings, options.DefaultEncoding);
        Included = [.. options.IncludedContentTypes.Select(type => MediaType.Parse(type, "included"))];
        Excluded = ["application/grpc", .. options.ExcludedContentTypes.Select(type => MediaType.Parse(type, "excluded"))];
        Minimum = options.MinResponseBodyBytes > 0 ? options.MinResponseBodyBytes : DefaultMinimum;
    }

    /// <summary>The only types that are compressed, where there are any.</summary>
    public string[] Included { get; }

    /// <summary>Types that are not compressed, where none are included.</summary>
    public string[] Excluded { get; }

    /// <summary>Bytes from which on a body is compressed.</summary>
    public int Minimum { get; }

    /// <summary>Builds one.</summary>
    public static RequestDelegate Build(MiddlewareBuild build)
    {
        var options = build.OptionsAs<CompressOptions>();
        if (options is { ExcludedContentTypes.Count: > 0, IncludedContentTypes.Count: > 0 })
        {
            throw new ConfigurationException("excludedContentTypes and includedContentTypes options are mutually exclusive");
        }

        foreach (var encoding in options.Encodings)
        {
            if (!Known.Contains(encoding))
            {
                throw new ConfigurationException("unsupported encoding: " + encoding);
            }
        }

        var compress = new Compress(build.Next, options);
        return options.DefaultEncoding.Length == 0 || compress.defaultEncoding >= 0
            ? compress.InvokeAsync
            : throw new ConfigurationException("unsupported default encoding: " + options.DefaultEncoding);
    }

    private Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Method == HttpMethods.Head || (request.Headers.ContentType is { Count: > 0 } types && types[0] is { } type && MediaType.IsAmong(type, Excluded)))
        {
            return next(context);
        }

        var accepted = request.Headers.AcceptEncoding;
        var chosen = accepted.Count == 0 ? defaultEncoding : AcceptedEncoding.Choose(accepted, encodings);
        if (chosen == AcceptedEncoding.None)
        {
            return next(context);
        }

        var encoding = encodings[chosen == AcceptedEncoding.Any ? Math.Max(0, defaultEncoding) : chosen];
        context.Response.Headers.Append("Vary", "Accept-Encoding");

        // Traefik's gzip wants to be asked for by its name.
        if (encoding == CompressedAnswer.Gzip && !AcceptedEncoding.Names(accepted, encoding))
        {
            return next(context);
        }

        var answer = Answers.Get();
        answer.Prepare(context, this, encoding);
        return CompressAsync(context, answer);
    }

    private async Task CompressAsync(HttpContext context, CompressedAnswer answer)
    {
        answer.Attach();
        try
        {
            await next(context).ConfigureAwait(false);

            // As a task, so that one awaiter serves both and what is kept while waiting stays small.
            await answer.FinishAsync().AsTask().ConfigureAwait(false);
        }
        finally
        {
            answer.Detach();
            answer.Dispose();
        }

        Answers.Return(answer);
    }
}
