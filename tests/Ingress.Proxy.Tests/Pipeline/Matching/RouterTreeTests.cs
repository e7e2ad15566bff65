using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Pipeline.Matching;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Matching;

public sealed class RouterTreeTests
{
    private readonly Dictionary<string, RuntimeObject<HttpRouterConfig>> routers = new(StringComparer.Ordinal);

    [Fact]
    public void ChildrenAreLinkedToTheirParents()
    {
        Add("a", "Host(`a`)");
        Add("b2", "Path(`/2`)", "s", "a");
        Add("b1", "Path(`/1`)", "s", "a@file");
        var tree = new RouterTree(routers, []);
        Assert.Equal(["b1@file", "b2@file"], tree.ChildrenOf(routers["a@file"]).Select(child => child.Name))
            ;
        Assert.All(routers.Values, router => Assert.Equal(ObjectStatus.Enabled, router.Status));
    }

    [Fact]
    public void AMissingParentLeavesAChildUnreachable()
    {
        Add("b", "Path(`/`)", "s", "gone");
        _ = new RouterTree(routers, []);
        AssertDisabled("b", "parent router \"gone@file\" does not exist", "router is not reachable");
    }

    [Fact]
    public void ARouterNeedsAServiceOrChildren()
    {
        Add("dead", "Host(`a`)");
        Add("both", "Host(`b`)", "s");
        Add("child", "Path(`/`)", "s", "both");
        _ = new RouterTree(routers, []);
        AssertDisabled("dead", "router has no service and no child routers");
        AssertDisabled("both", "router has both a service and is referenced as a parent by other routers");
    }

    [Fact]
    public void ACycleIsBrokenWhereItCloses()
    {
        Add("a", "Host(`a`)");
        Add("b", "Path(`/`)", "", "a", "d");
        Add("c", "Path(`/`)", "", "b");
        Add("d", "Path(`/`)", "", "c");
        Add("e", "Path(`/`)", "s", "d");
        _ = new RouterTree(routers, []);
        Assert.Equal(ObjectStatus.Warning, routers["d@file"].Status);
        Assert.Equal(["cyclic reference detected in router tree: b@file -> c@file -> d@file -> b@file"], routers["d@file"].Errors);
        Assert.Equal(ObjectStatus.Enabled, routers["b@file"].Status);
    }

    [Fact]
    public void ACycleWithoutARootIsUnreachable()
    {
        Add("a", "Host(`a`)", "", "b");
        Add("b", "Host(`a`)", "", "a");
        _ = new RouterTree(routers, []);
        AssertDisabled("a", "router is not reachable");
        AssertDisabled("b", "router is not reachable");
    }

    [Fact]
    public void AChildMayNotHaveWhatBelongsToItsRoot()
    {
        Add("a", "Host(`a`)");
        Add("tls", new HttpRouterConfig { Rule = "Path(`/`)", Service = "s", ParentRefs = ["a"], Tls = new RouterTlsConfig() });
        Add("seen", new HttpRouterConfig { Rule = "Path(`/`)", Service = "s", ParentRefs = ["a"], Observability = new RouterObservabilityConfig() });
        Add("listening", new HttpRouterConfig { Rule = "Path(`/`)", Service = "s", ParentRefs = ["a"], EntryPoints = ["web"] });
        var tree = new RouterTree(routers, []);
        AssertDisabled("tls", "non-root router cannot have TLS configuration");
        AssertDisabled("seen", "non-root router cannot have Observability configuration");
        AssertDisabled("listening", "non-root router cannot have Entrypoints configuration");
        var fault = Assert.Throws<ConfigurationException>(() => tree.Dispatch(routers["a@file"], _ => _ => Task.CompletedTask));
        Assert.Equal("building child routers muxer: no child routers could be added to muxer (2 skipped)", fault.Message);
    }

    [Fact]
    public async Task AChildSeesThePathThatItsParentLeft()
    {
        Add("a", "Host(`a.test`)");
        Add("broken", "Path(`/x`", "s", "a");
        Add("faulty", "Path(`/y`)", "s", "a");
        Add("good", "Path(`/after`)", "s", "a");
        var tree = new RouterTree(routers, []);
        var handler = tree.Dispatch(
            routers["a@file"],
            child => child.Name == "faulty@file" ? throw new ConfigurationException("no such service") : context => context.Response.WriteAsync(child.Name));
        AssertDisabled("faulty", "no such service");
        Assert.Contains("error while parsing rule", Assert.Single(routers["broken@file"].Errors), StringComparison.Ordinal);

        Assert.Equal((200, "good@file"), await AskAsync(handler, "/after"));
        Assert.Equal((404, "404 page not found\n"), await AskAsync(handler, "/y"));
    }

    private static async Task<(int Status, string Body)> AskAsync(RequestDelegate handler, string pathNow)
    {
        var state = Requests.Of("a.test", "/before");
        state.Target.TrySetEscapedPath(pathNow);
        state.Context.Features.Set(state);
        using var body = new MemoryStream();
        state.Context.Response.Body = body;
        await handler(state.Context);
        return (state.Context.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }

    private void Add(string name, string rule, string service = "", params string[] parents)
        => Add(name, new HttpRouterConfig { Rule = rule, Service = service, ParentRefs = parents });

    private void Add(string name, HttpRouterConfig router) => routers[name + "@file"] = new RuntimeObject<HttpRouterConfig>(name + "@file", router);

    private void AssertDisabled(string name, params string[] errors)
    {
        Assert.Equal(ObjectStatus.Disabled, routers[name + "@file"].Status);
        Assert.Equal(errors, routers[name + "@file"].Errors);
    }
}
