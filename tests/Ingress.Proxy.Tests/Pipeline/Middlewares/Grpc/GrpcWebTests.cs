using System.Text;
using Ingress.Proxy.Pipeline.Middlewares.Grpc;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Grpc;

public sealed class GrpcWebTests
{
    private static readonly GrpcWebOptions One = new() { AllowOrigins = ["https://foo.example"] };
    private static readonly GrpcWebOptions All = new() { AllowOrigins = ["*"] };

    [Theory]
    [InlineData("https://foo.example", true)]
    [InlineData("https://other.example", false)]
    public async Task AnswersPreflights(string origin, bool allowed)
    {
        var bench = new MiddlewareBench("/svc/Method", "OPTIONS");
        bench.RequestHeaders.Origin = origin;
        bench.RequestHeaders.AccessControlRequestMethod = "POST";
        bench.RequestHeaders.AccessControlRequestHeaders = "x-grpc-web,content-type";
        await bench.RunAsync("grpcWeb", One);

        Assert.False(bench.WasForwarded);
        Assert.Equal(200, bench.Response.StatusCode);
        Assert.Equal("Origin,Access-Control-Request-Method,Access-Control-Request-Headers", bench.Response.Headers.Vary.ToString());
        Assert.Equal(allowed ? origin : "", bench.Response.Headers.AccessControlAllowOrigin.ToString());
        Assert.Equal(allowed ? "X-Grpc-Web, Content-Type" : "", bench.Response.Headers.AccessControlAllowHeaders.ToString());
        Assert.Equal(allowed ? "600" : "", bench.Response.Headers.AccessControlMaxAge.ToString());
    }

    [Theory]
    [InlineData("OPTIONS")]
    [InlineData("POST")]
    public async Task OfSeveralOriginsTheFirstCounts(string method)
    {
        var bench = new MiddlewareBench("/svc/Method", method);
        bench.RequestHeaders.Origin = new(["https://foo.example", "https://other.example"]);
        bench.RequestHeaders.AccessControlRequestMethod = "POST";
        bench.RequestHeaders.AccessControlRequestHeaders = new(["x-grpc-web", "x-other"]);
        bench.Context.Request.ContentType = "application/grpc-web";
        await bench.RunAsync("grpcWeb", One);

        Assert.Equal("https://foo.example", bench.Response.Headers.AccessControlAllowOrigin.ToString());
        Assert.Equal("true", bench.Response.Headers.AccessControlAllowCredentials.ToString());
        Assert.Equal(method == "OPTIONS" ? "X-Grpc-Web" : "", bench.Response.Headers.AccessControlAllowHeaders.ToString());
        Assert.Equal(method == "POST", bench.WasForwarded);
    }

    [Theory]
    [InlineData("OPTIONS", "content-type", null)]
    [InlineData("GET", null, null)]
    [InlineData("POST", null, "application/grpc")]
    public async Task LeavesOtherRequestsAlone(string method, string? asked, string? type)
    {
        var bench = new MiddlewareBench("/x", method);
        bench.RequestHeaders.Origin = "https://foo.example";
        bench.RequestHeaders.AccessControlRequestHeaders = asked;
        bench.Context.Request.ContentType = type;
        await bench.RunAsync("grpcWeb", All);

        Assert.True(bench.WasForwarded);
        Assert.Equal(type, bench.Context.Request.ContentType);
        Assert.Empty(bench.Response.Headers);
    }

    [Fact]
    public async Task TranslatesACallAndPutsTheTrailersIntoTheBody()
    {
        var bench = Call("application/grpc-web+proto", "\0\0\0\0\u0002hi");
        bench.Handler = async context =>
        {
            Assert.Equal("application/grpc+proto", context.Request.ContentType);
            Assert.Null(context.Request.ContentLength);
            context.Response.ContentType = "application/grpc+proto";
            context.Response.Headers["Trailer"] = "Grpc-Status";
            await context.Response.WriteAsync("hello");
            context.Response.AppendTrailer("Grpc-Status", "0");
            context.Response.AppendTrailer("Grpc-Message", "fine");
        };
        await bench.RunAsync("grpcWeb", One);

        Assert.Equal("application/grpc-web+proto", bench.Response.Headers.ContentType);
        Assert.Equal("https://foo.example", bench.Response.Headers.AccessControlAllowOrigin);
        Assert.EndsWith(", grpc-status, grpc-message", bench.Response.Headers.AccessControlExposeHeaders.ToString(), StringComparison.Ordinal);
        Assert.False(bench.Response.Headers.ContainsKey("Trailer"));
        Assert.Equal("hello", Encoding.Latin1.GetString(bench.Response.BodyBytes.AsSpan(0, 5)));
        Assert.Equal([0x80, 0, 0, 0, 36], bench.Response.BodyBytes[5..10]);
        Assert.Equal("grpc-message: fine\r\ngrpc-status: 0\r\n", Encoding.Latin1.GetString(bench.Response.BodyBytes.AsSpan(10)));
    }

    [Fact]
    public async Task TheTextFormIsBase64BothWays()
    {
        var bench = Call("application/grpc-web-text", Convert.ToBase64String("message"u8));
        var received = "";
        bench.Handler = async context =>
        {
            received = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Response.ContentType = "application/grpc";
            await context.Response.WriteAsync("reply");
        };
        await bench.RunAsync("grpcWeb", All);

        Assert.Equal("message", received);
        Assert.Equal("application/grpc-web-text", bench.Response.Headers.ContentType);
        Assert.Equal(Convert.ToBase64String("reply"u8) + Convert.ToBase64String([0x80, 0, 0, 0, 0]), bench.Response.BodyText);
    }

    [Fact]
    public async Task AnAnswerOfAnnouncedLengthGetsNoFurtherFrame()
    {
        var bench = Call("application/grpc-web", "x");
        bench.Handler = async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = 2;
            await context.Response.WriteAsync("{}");
        };
        await bench.RunAsync("grpcWeb", All);

        Assert.Equal("{}", bench.Response.BodyText);
        Assert.Equal("application/json", bench.Response.Headers.ContentType);
    }

    [Fact]
    public async Task TheFirstTypeCountsAndABodyWithALengthHasNoTrailers()
    {
        var bench = Call("application/grpc-web", "x");
        bench.RequestHeaders.Append("Content-Type", "application/json");
        bench.RequestHeaders.Append("Trailer", "X-End");
        await bench.RunAsync("grpcWeb", All);

        Assert.Equal("application/grpc", bench.RequestHeaders.ContentType.ToString());
        Assert.False(bench.RequestHeaders.ContainsKey("Trailer"));
    }

    private static MiddlewareBench Call(string type, string body)
    {
        var bench = new MiddlewareBench("/svc/Method", "POST");
        bench.RequestHeaders.Origin = "https://foo.example";
        bench.Context.Request.ContentType = type;
        bench.Context.Request.Body = new MemoryStream(Encoding.Latin1.GetBytes(body));
        bench.Context.Request.ContentLength = body.Length;
        return bench;
    }
}
