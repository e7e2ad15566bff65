using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class ErrorsTests
{
    [Theory]
    [InlineData("", "/form?x=1", "/")]
    [InlineData("/{status}.html", "/", "/503.html")]
    [InlineData("page?s={status}", "/", "/page?s=503")]
    [InlineData("/{status}/{originalStatus}#top", "/", "/503/503")]
    [InlineData("/e?u={url}", "/a/b%20c?x=1&y=two", "/e?u=http%3A%2F%2Ftest.example%2Fa%2Fb%2520c%3Fx%3D1%26y%3Dtwo")]
    public async Task AsksForThePageOfTheStatus(string query, string target, string expected)
    {
        var (bench, page) = await RunAsync(new MiddlewareBench(target), new ErrorsOptions { Status = ["500-599"], Service = "pages", Query = query });

        Assert.Equal(expected, page.Target);
        Assert.Equal("pages@file for r@file", page.Service);
        Assert.Equal(503, bench.Response.StatusCode);
        Assert.Equal("page", bench.Response.BodyText);
    }

    [Theory]
    [InlineData("http", "http")]
    [InlineData("https", "https")]
    [InlineData("wss", "https")]
    public async Task TheUrlHasTheSchemeOfTheClient(string proto, string scheme)
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["X-Forwarded-Proto"] = proto;
        var (_, page) = await RunAsync(bench, new ErrorsOptions { Status = ["503"], Service = "pages", Query = "/e?u={url}" });

        Assert.Equal($"/e?u={scheme}%3A%2F%2Ftest.example%2F", page.Target);
    }

    [Fact]
    public async Task TheAnswerIsReplacedWhole()
    {
        var (bench, _) = await RunAsync(new MiddlewareBench(), new ErrorsOptions { Status = ["503"], Service = "pages" });

        Assert.Equal("1", bench.Response.Headers["X-Page"]);
        Assert.False(bench.Response.Headers.ContainsKey("X-App"));
    }

    [Fact]
    public async Task ThePageIsAskedForWithGetAndWithoutABody()
    {
        var bench = new MiddlewareBench("/form?x=1", "POST");
        bench.Context.Request.Body = new MemoryStream("secret"u8.ToArray());
        bench.Context.Request.ContentLength = 6;
        bench.RequestHeaders["Cookie"] = "a=b";
        bench.RequestHeaders.Upgrade = "websocket";
        var (_, page) = await RunAsync(bench, new ErrorsOptions { Status = ["503"], Service = "pages" });

        Assert.Equal("GET", page.Method);
        Assert.Equal("", page.Body);
        Assert.False(page.CanHaveBody);
        Assert.Equal("Cookie", string.Join(',', page.Headers));
        Assert.Equal("POST", bench.Context.Request.Method);
        Assert.Equal("/form?x=1", bench.State.Target.RequestUri);
        Assert.Equal(6, bench.Context.Request.ContentLength);
    }

    [Fact]
    public async Task OnlyTheNamedHeadersGoWithThePageRequest()
    {
        var bench = new MiddlewareBench();
        bench.RequestHeaders["X-One"] = "1";
        bench.RequestHeaders["X-Two"] = "2";
        var (_, page) = await RunAsync(bench, new ErrorsOptions { Status = ["503"], Service = "pages", ErrorRequestHeaders = ["x-one", "Accept-Language"] });

        Assert.Equal("x-one", string.Join(',', page.Headers));
        Assert.Equal("2", bench.RequestHeaders["X-Two"]);
    }

    [Theory]
    [InlineData("503", 200, 200, "/200/503")]
    [InlineData("500-503", 502, 502, "/502/503")]
    [InlineData("404", 200, 503, "/503/503")]
    public async Task RewritesChangeTheStatusOfTheClient(string range, int to, int status, string expected)
    {
        var options = new ErrorsOptions
        {
            Status = ["503"],
            StatusRewrites = new Dictionary<string, int> { [range] = to },
            Service = "pages",
            Query = "/{status}/{originalStatus}",
        };
        var (bench, page) = await RunAsync(new MiddlewareBench(), options);

        Assert.Equal(expected, page.Target);
        Assert.Equal(status, bench.Response.StatusCode);
    }

    [Fact]
    public async Task AnotherStatusPassesUntouched()
    {
        var (bench, page) = await RunAsync(new MiddlewareBench(), new ErrorsOptions { Status = ["404", "410"], Service = "pages" });

        Assert.Equal("", page.Target);
        Assert.Equal("broken", bench.Response.BodyText);
        Assert.Equal("1", bench.Response.Headers["X-App"]);
    }

    [Theory]
    [InlineData("5xx", "404")]
    [InlineData("500", "abc")]
    public void RefusesWhatIsNoStatus(string status, string rewrite)
    {
        var options = new ErrorsOptions { Status = [status], StatusRewrites = new Dictionary<string, int> { [rewrite] = 200 }, Service = "pages" };

        Assert.Throws<ConfigurationException>(() => Build(new MiddlewareBench(), options, _ => Task.CompletedTask, new PageRequest()));
    }

    [Fact]
    public void RefusesAServiceThatDoesNotExist()
        => Assert.Throws<ConfigurationException>(() => new MiddlewareBench().Build("errors", new ErrorsOptions { Status = ["500"], Service = "nowhere" }));

    private static async Task<(MiddlewareBench Bench, PageRequest Page)> RunAsync(MiddlewareBench bench, ErrorsOptions options)
    {
        bench.Handler = async context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["X-App"] = "1";
            await context.Response.WriteAsync("broken");
        };
        var page = new PageRequest();
        await bench.RunAsync(Build(bench, options, page.AnswerAsync, page));
        return (bench, page);
    }

    private static RequestDelegate Build(MiddlewareBench bench, ErrorsOptions options, RequestDelegate service, PageRequest page)
    {
        var pipeline = bench.Pipeline;
        pipeline.Service = (name, owner) =>
        {
            page.Service = $"{name} for {owner}";
            return service;
        };
        return MiddlewareCatalog.ByKey["errors"].Build(new MiddlewareBuild
        {
            Name = "m@file",
            Owner = "r@file",
            Options = options,
            Next = context => bench.Handler(context),
            Pipeline = pipeline,
        });
    }

    private sealed class PageRequest
    {
        public string Service { get; set; } = "";

        public string Target { get; private set; } = "";

        public string Method { get; private set; } = "";

        public string Body { get; private set; } = "";

        public bool CanHaveBody { get; private set; }

        public string[] Headers { get; private set; } = [];

        public async Task AnswerAsync(HttpContext context)
        {
            Target = RequestState.Of(context).Target.RequestUri;
            Method = context.Request.Method;
            Body = await new StreamReader(context.Request.Body, Encoding.UTF8).ReadToEndAsync();
            CanHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()!.CanHaveBody;
            Headers = [.. context.Request.Headers.Keys];
            context.Response.Headers["X-Page"] = "1";
            await context.Response.WriteAsync("page");
        }
    }
}
