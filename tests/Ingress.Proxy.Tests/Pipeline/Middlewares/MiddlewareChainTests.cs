using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class MiddlewareChainTests
{
    [Theory]
    [InlineData("/b/a/x", "a", "b")]
    [InlineData("/a/b/x", "b", "a@file")]
    [InlineData("/a/a/x", "a", "a")]
    [InlineData("/b/a/b/a/x", "inner", "inner")]
    [InlineData("/b/b/a/x", "nested")]
    [InlineData("/x", "none")]
    public async Task WorksInTheOrderOfTheList(string expected, params string[] names)
    {
        var bench = Bench("/x");
        await bench.RunAsync(new MiddlewareChain(bench.Pipeline).Wrap(names, "r@file", bench.Handler));
        Assert.Equal(expected, bench.SeenTarget);
    }

    [Theory]
    [InlineData("nowhere", "middleware \"nowhere@file\" does not exist")]
    [InlineData("a@docker", "middleware \"a@docker\" does not exist")]
    [InlineData("A", "middleware \"A@file\" does not exist")]
    [InlineData("", "middleware \"@file\" does not exist")]
    [InlineData("missing", "middleware \"nowhere@file\" does not exist")]
    [InlineData("broken", "prefix cannot be empty")]
    [InlineData("withbroken", "prefix cannot be empty")]
    [InlineData("badregex", "error parsing regexp: missing closing ): `(`")]
    [InlineData("self", "could not instantiate middleware self@file: recursion detected in middleware:self@file->middleware:self@file")]
    [InlineData("two", "cannot create middleware: multi-types middleware not supported, consider declaring two different pieces of middleware instead")]
    [InlineData("empty", "invalid middleware \"empty@file\" configuration: invalid middleware type or middleware does not exist")]
    [InlineData("nothing", "invalid middleware \"nothing@file\" configuration: invalid middleware type or middleware does not exist")]
    public void AFaultIsThrownAndNotedOnTheMiddleware(string name, string message)
    {
        var bench = Bench("/x");
        var fault = Assert.Throws<ConfigurationException>(() => new MiddlewareChain(bench.Pipeline).Wrap(["a", name, "b"], "r@file", bench.Handler));
        Assert.Equal(message, fault.Message);
        if (bench.Middlewares.TryGetValue(name + "@file", out var middleware))
        {
            Assert.Equal(ObjectStatus.Disabled, middleware.Status);
            Assert.Equal([message], middleware.Errors);
        }

        Assert.Equal(ObjectStatus.Enabled, bench.Middlewares["a@file"].Status);
    }

    [Fact]
    public void AMutualLoopIsToldFromBothEnds()
    {
        const string FromPing = "could not instantiate middleware ping@file: recursion detected in middleware:ping@file->middleware:pong@file->middleware:ping@file";
        const string FromPong = "could not instantiate middleware pong@file: recursion detected in middleware:pong@file->middleware:ping@file->middleware:pong@file";
        var bench = Bench("/x");
        Assert.Throws<ConfigurationException>(() => new MiddlewareChain(bench.Pipeline).Wrap(["ping"], "ping@file", bench.Handler));
        Assert.Throws<ConfigurationException>(() => new MiddlewareChain(bench.Pipeline).Wrap(["pong"], "pong@file", bench.Handler));
        Assert.Equal([FromPing, FromPong], bench.Middlewares["ping@file"].Errors);
        Assert.Equal([FromPing, FromPong], bench.Middlewares["pong@file"].Errors);
    }

    private static MiddlewareBench Bench(string target) => new MiddlewareBench(target)
        .Declare("a@file", ("addPrefix", new AddPrefixOptions { Prefix = "/a" }))
        .Declare("b@file", ("addPrefix", new AddPrefixOptions { Prefix = "/b" }))
        .Declare("inner@file", ("chain", new ChainOptions { Middlewares = ["a", "b@file"] }))
        .Declare("nested@file", ("chain", new ChainOptions { Middlewares = ["inner", "b"] }))
        .Declare("none@file", ("chain", new ChainOptions()))
        .Declare("missing@file", ("chain", new ChainOptions { Middlewares = ["a", "nowhere"] }))
        .Declare("self@file", ("chain", new ChainOptions { Middlewares = ["a", "self"] }))
        .Declare("ping@file", ("chain", new ChainOptions { Middlewares = ["pong"] }))
        .Declare("pong@file", ("chain", new ChainOptions { Middlewares = ["ping"] }))
        .Declare("broken@file", ("addPrefix", new AddPrefixOptions()))
        .Declare("withbroken@file", ("chain", new ChainOptions { Middlewares = ["a", "broken"] }))
        .Declare("badregex@file", ("redirectRegex", new RedirectRegexOptions { Regex = "(" }))
        .Declare("two@file", ("addPrefix", new AddPrefixOptions { Prefix = "/x" }), ("stripPrefix", new StripPrefixOptions()))
        .Declare("empty@file")
        .Declare("nothing@file", ("addPrefix", null));
}
