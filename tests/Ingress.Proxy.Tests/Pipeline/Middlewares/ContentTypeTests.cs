using System.Text;
using Ingress.Proxy.Pipeline.Middlewares;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class ContentTypeTests
{
    [Theory]
    [InlineData("<html><body>x</body></html>", "text/html; charset=utf-8")]
    [InlineData(" \r\n<!doctype HTML>", "text/html; charset=utf-8")]
    [InlineData("<abbr>", "text/plain; charset=utf-8")]
    [InlineData("just text", "text/plain; charset=utf-8")]
    [InlineData("{\"a\": 1}", "text/plain; charset=utf-8")]
    [InlineData("<?xml version=\"1.0\"?><a/>", "text/xml; charset=utf-8")]
    [InlineData("%PDF-1.4 x", "application/pdf")]
    [InlineData("GIF89a....", "image/gif")]
    [InlineData("RIFF1234WEBPVP8", "image/webp")]
    [InlineData("RIFF1234WAVEfmt", "audio/wave")]
    [InlineData("\0\0\0\u0018ftypmp42\0\0\0\0mp42isom", "video/mp4")]
    [InlineData("\u0001\u0002\u0003", "application/octet-stream")]
    public async Task FindsTheTypeFromTheBody(string body, string type)
    {
        var bench = await RunAsync(body, response => { });
        Assert.Equal(type, bench.Response.Headers.ContentType.ToString());
        Assert.Equal(body, bench.Response.BodyText);
    }

    [Fact]
    public async Task LeavesATypeOfTheServer()
        => Assert.Equal("text/css", (await RunAsync("<html>", response => response.ContentType = "text/css")).Response.Headers.ContentType.ToString());

    [Fact]
    public async Task LeavesEncodedBodiesAlone()
        => Assert.Equal("", (await RunAsync("<html>", response => response.Headers.ContentEncoding = "br")).Response.Headers.ContentType.ToString());

    [Fact]
    public async Task GivesAnEmptyBodyNone()
    {
        var bench = await RunAsync("", response => response.StatusCode = 201);
        Assert.Equal("", bench.Response.Headers.ContentType.ToString());
        Assert.Equal(201, bench.Response.StatusCode);
    }

    [Fact]
    public async Task AFlushBeforeTheBodySendsTheHeadWithoutOne()
    {
        var bench = new MiddlewareBench
        {
            Handler = async context =>
            {
                await context.Response.Body.FlushAsync();
                await context.Response.WriteAsync("<html>");
            }
        };
        await bench.RunAsync("contentType", new ContentTypeOptions());
        Assert.Equal("", bench.Response.Headers.ContentType.ToString());
        Assert.Equal("<html>", bench.Response.BodyText);
    }

    [Fact]
    public async Task DoesNothingWhereAutoDetectIsFalse()
    {
        var bench = new MiddlewareBench();
        await bench.RunAsync("contentType", new ContentTypeOptions { AutoDetect = false });
        Assert.Equal("", bench.Response.Headers.ContentType.ToString());
    }

    private static Task<MiddlewareBench> RunAsync(string body, Action<HttpResponse> edit)
    {
        var bench = new MiddlewareBench
        {
            Handler = async context =>
            {
                edit(context.Response);
                if (body.Length > 0)
                {
                    await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
                }
            }
        };
        return bench.RunAsync("contentType", new ContentTypeOptions());
    }
}
