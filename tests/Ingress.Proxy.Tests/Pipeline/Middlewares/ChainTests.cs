using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class ChainTests
{
    [Fact]
    public async Task MembersWithoutAProviderAreThoseOfTheChain()
    {
        var bench = new MiddlewareBench("/x")
            .Declare("shared@file", ("chain", new ChainOptions { Middlewares = ["a"] }))
            .Declare("a@file", ("addPrefix", new AddPrefixOptions { Prefix = "/file" }))
            .Declare("a@docker", ("addPrefix", new AddPrefixOptions { Prefix = "/docker" }));
        await bench.RunAsync(new MiddlewareChain(bench.Pipeline).Wrap(["shared@file"], "r@docker", bench.Handler));
        Assert.Equal("/file/x", bench.SeenTarget);
    }
}
