using System.IO.Compression;
using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares.Compression;
using Microsoft.AspNetCore.Http;
using ZstdSharp;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Compression;

public sealed class CompressTests
{
    private static readonly string Long = string.Join(' ', Enumerable.Range(0, 2000));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task CompressesAndLosesNothing(string encoding)
    {
        var bench = await RunAsync(encoding, new CompressOptions(), Long);

        Assert.Equal(encoding, bench.Response.Headers.ContentEncoding);
        Assert.Equal("Accept-Encoding", bench.Response.Headers.Vary);
        Assert.Null(bench.Response.Headers.ContentLength);
        Assert.True(bench.Response.BodyBytes.Length < Long.Length / 2);
        Assert.Equal(Long, await DecodeAsync(encoding, bench.Response.BodyBytes));
    }

    [Theory]
    [InlineData(1023, true, false)]
    [InlineData(1024, true, true)]
    [InlineData(1023, false, false)]
    [InlineData(1024, false, true)]
    public async Task TheBodyMustBeLongEnough(int length, bool lengthKnown, bool compressed)
    {
        var bench = await RunAsync("br", new CompressOptions(), new string('x', length), context => context.Response.ContentLength = lengthKnown ? length : null);

        Assert.Equal(compressed ? "br" : "", bench.Response.Headers.ContentEncoding.ToString());
        Assert.Equal("Accept-Encoding", bench.Response.Headers.Vary);
        Assert.Equal(compressed ? null : length, bench.Response.Headers.ContentLength);
    }

    [Theory]
    [InlineData("gzip", "Content-Encoding", "x-own", false)]
    [InlineData("br", "Content-Encoding", "x-own", false)]
    [InlineData("gzip", "Content-Range", "bytes 0-4999/9000", false)]
    [InlineData("br", "Content-Range", "bytes 0-4999/9000", true)]
    [InlineData("gzip", "Content-Type", "application/grpc", false)]
    [InlineData("gzip", "Content-Type", "application/grpc+proto", true)]
    [InlineData("gzip", "Content-Type", "image/png", false)]
    [InlineData("zstd", "Content-Type", "IMAGE/png; x=y", false)]
    [InlineData("gzip", "Content-Type", "/", true)]
    [InlineData("br", "Content-Type", "/", false)]
    [InlineData("br", "Content-Type", "", true)]
    public async Task TheHeadersOfTheAnswerDecide(string encoding, string header, string value, bool compressed)
    {
        var bench = await RunAsync(encoding, new CompressOptions { ExcludedContentTypes = ["image/png"] }, Long, context => context.Response.Headers[header] = value);

        Assert.Equal(compressed, bench.Response.Headers.ContentEncoding.ToString() == encoding);
    }

    [Theory]
    [InlineData("application/grpc", "text/plain", false)]
    [InlineData("text/plain", "application/grpc", true)]
    public async Task OfSeveralTypesOfARequestTheFirstCounts(string first, string second, bool compressed)
    {
        var bench = Bench("POST", "br", Long);
        bench.RequestHeaders.ContentType = new([first, second]);
        await bench.RunAsync("compress", new CompressOptions());

        Assert.Equal(compressed ? "br" : "", bench.Response.Headers.ContentEncoding.ToString());
        Assert.Equal(compressed ? "Accept-Encoding" : "", bench.Response.Headers.Vary.ToString());
        Assert.Equal(Long, compressed ? await DecodeAsync("br", bench.Response.BodyBytes) : bench.Response.BodyText);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("text/plain", true)]
    [InlineData("text/html", false)]
    public async Task OnlyIncludedTypesAreCompressedWhereThereAreAny(string type, bool compressed)
    {
        var options = new CompressOptions { IncludedContentTypes = ["application/json", "text/plain; charset=utf-8"] };
        var bench = await RunAsync("gzip", options, Long, context => context.Response.ContentType = type);

        Assert.Equal(compressed, bench.Response.Headers.ContentEncoding.Count > 0);
    }

    [Theory]
    [InlineData("gzip", "<!DOCTYPE html>", true)]
    [InlineData("gzip", "plain", false)]
    [InlineData("br", "plain", true)]
    public async Task GzipGuessesTheTypeOfAnAnswerThatSaysNone(string encoding, string start, bool compressed)
    {
        var options = new CompressOptions { IncludedContentTypes = ["text/html"] };
        var bench = await RunAsync(encoding, options, start + Long, context => context.Response.Headers.Remove("Content-Type"));

        Assert.Equal(compressed ? encoding : "", bench.Response.Headers.ContentEncoding.ToString());
        Assert.Equal(start + Long, compressed ? await DecodeAsync(encoding, bench.Response.BodyBytes) : bench.Response.BodyText);
    }

    [Fact]
    public async Task GzipDropsAcceptRanges()
    {
        var bench = await RunAsync("gzip", new CompressOptions(), Long, context => context.Response.Headers.AcceptRanges = "bytes");

        Assert.False(bench.Response.Headers.ContainsKey("Accept-Ranges"));
    }

    [Theory]
    [InlineData("HEAD", "gzip", null)]
    [InlineData("GET", null, null)]
    [InlineData("GET", "", null)]
    [InlineData("GET", "identity", null)]
    [InlineData("POST", "gzip", "application/grpc")]
    public async Task LeavesOtherRequestsAlone(string method, string? accepted, string? type)
    {
        var bench = Bench(method, accepted, Long);
        bench.Context.Request.ContentType = type;
        await bench.RunAsync("compress", new CompressOptions());

        Assert.Equal(0, bench.Response.Headers.Vary.Count);
        Assert.Equal(0, bench.Response.Headers.ContentEncoding.Count);
    }

    [Theory]
    [InlineData("*", "", "gzip,br", "")]
    [InlineData("gzip;q=0.5, *;q=0.5", "", "gzip,br", "gzip")]
    [InlineData("*", "br", "gzip,br", "br")]
    [InlineData(null, "br", "gzip,br", "br")]
    [InlineData(null, "gzip", "gzip,br", "")]
    [InlineData("*", "", "zstd,gzip", "zstd")]
    public async Task StarAndSilenceTakeTheDefaultButNeverGzip(string? accepted, string fallback, string encodings, string expected)
    {
        var bench = Bench("GET", accepted, Long);
        await bench.RunAsync("compress", new CompressOptions { DefaultEncoding = fallback, Encodings = encodings.Split(',') });

        Assert.Equal(expected, bench.Response.Headers.ContentEncoding.ToString());
        Assert.Equal("Accept-Encoding", bench.Response.Headers.Vary);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    public async Task AStreamArrivesPieceByPiece(string encoding)
    {
        var bench = Bench("GET", encoding, "");
        var sizes = new List<int>();
        bench.Handler = async context =>
        {
            bench.State.Outcome = ForwardOutcome.Answered;
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                sizes.Add(bench.Response.BodyBytes.Length);
            }
        };
        await bench.RunAsync("compress", new CompressOptions());

        Assert.True(sizes[0] > 0 && sizes[1] > sizes[0] && sizes[2] > sizes[1]);
        Assert.Equal("data: 0\n\ndata: 1\n\ndata: 2\n\n", await DecodeAsync(encoding, bench.Response.BodyBytes));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task AnAnswerWithoutABodyStaysWithoutOne(int status)
    {
        var bench = Bench("GET", "gzip", "");
        bench.Handler = context =>
        {
            context.Response.StatusCode = status;
            return context.Response.Body.FlushAsync();
        };
        await bench.RunAsync("compress", new CompressOptions());

        Assert.Equal(0, bench.Response.Headers.ContentEncoding.Count);
        Assert.Empty(bench.Response.BodyBytes);
    }

    [Fact]
    public async Task ABrokenAnswerIsNotCompleted()
    {
        var bench = Bench("GET", "gzip", "");
        bench.Handler = async context =>
        {
            await context.Response.WriteAsync(Long);
            throw new InvalidOperationException("broken");
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.RunAsync("compress", new CompressOptions()));
        var length = bench.Response.BodyBytes.Length;
        var again = await RunAsync("gzip", new CompressOptions(), Long);
        Assert.Equal(length, bench.Response.BodyBytes.Length);
        Assert.Equal(Long, await DecodeAsync("gzip", again.Response.BodyBytes));
    }

    [Theory]
    [InlineData("deflate", "", "", "", "unsupported encoding: deflate")]
    [InlineData("gzip", "zstd", "", "", "unsupported default encoding: zstd")]
    [InlineData("gzip", "", "a/b", "c/d", "excludedContentTypes and includedContentTypes options are mutually exclusive")]
    [InlineData("gzip", "", "text/", "", "parsing excluded media type: mime: expected token after slash")]
    public void RefusesOptionsThatMakeNoSense(string encoding, string fallback, string excluded, string included, string message)
    {
        var options = new CompressOptions
        {
            Encodings = [encoding],
            DefaultEncoding = fallback,
            ExcludedContentTypes = excluded.Length > 0 ? [excluded] : [],
            IncludedContentTypes = included.Length > 0 ? [included] : [],
        };

        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("compress", options)).Message);
    }

    private static Task<MiddlewareBench> RunAsync(string accepted, CompressOptions options, string body, Action<HttpContext>? head = null)
        => Bench("GET", accepted, body, head).RunAsync("compress", options);

    private static MiddlewareBench Bench(string method, string? accepted, string body, Action<HttpContext>? head = null)
    {
        var bench = new MiddlewareBench(method: method);
        if (accepted is not null)
        {
            bench.RequestHeaders.AcceptEncoding = accepted;
        }

        bench.Handler = async context =>
        {
            context.Response.ContentType = "text/x";
            head?.Invoke(context);
            foreach (var piece in body.Chunk(500))
            {
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(piece));
            }
        };
        return bench;
    }

    private static async Task<string> DecodeAsync(string encoding, byte[] body)
    {
        var source = new MemoryStream(body);
        await using Stream decoder = encoding switch
        {
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            _ => new DecompressionStream(source),
        };
        using var reader = new StreamReader(decoder, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }
}
