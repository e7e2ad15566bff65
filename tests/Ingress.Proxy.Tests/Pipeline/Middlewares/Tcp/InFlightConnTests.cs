using System.Net;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Runtime;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares.Tcp;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Tcp;

public sealed class InFlightConnTests
{
    private int passed;

    [Fact]
    public async Task AnAddressHasSoManyConnectionsAndGetsItsPlacesBack()
    {
        var gate = new TaskCompletionSource();
        var handler = InFlightConn.Build(Build(new InFlightConnOptions { Amount = 2 }, async _ =>
        {
            passed++;
            await gate.Task;
        }));
        var held = new[] { handler(From("192.0.2.1")), handler(From("192.0.2.1")) };
        await handler(From("192.0.2.1"));
        var other = handler(From("192.0.2.2"));
        Assert.Equal(3, passed);
        gate.SetResult();
        await Task.WhenAll([.. held, other]);
        await handler(From("192.0.2.1"));
        Assert.Equal(4, passed);
    }

    [Fact]
    public async Task ListsLetOnlyTheirAddressesPass()
    {
        var handler = TcpIpAllowList.Build(Build(new TcpIpAllowListOptions { SourceRange = ["192.0.2.0/24"] }, Count));
        await handler(From("192.0.2.9"));
        await handler(From("198.51.100.1"));
        Assert.Equal(1, passed);
        handler = TcpIpWhiteList.Build(Build(new TcpIpWhiteListOptions { SourceRange = ["198.51.100.1"] }, Count));
        await handler(From("198.51.100.1"));
        Assert.Equal(2, passed);
    }

    [Fact]
    public void AnEmptyOrBrokenListIsRefused()
    {
        Assert.Equal("sourceRange is empty, IPAllowLister not created", Fault(new TcpIpAllowListOptions(), TcpIpAllowList.Build));
        Assert.Equal("sourceRange is empty, IPWhiteLister not created", Fault(new TcpIpWhiteListOptions(), TcpIpWhiteList.Build));
        Assert.Equal(
            "cannot parse CIDRs [nonsense]: parsing CIDR trusted IPs <nil>: invalid CIDR address: nonsense",
            Fault(new TcpIpAllowListOptions { SourceRange = ["nonsense"] }, TcpIpAllowList.Build));
    }

    private string Fault(object options, Func<TcpMiddlewareBuild, TcpHandler> build)
        => Assert.Throws<ConfigurationException>(() => build(Build(options, Count))).Message;

    private Task Count(TcpConnection connection)
    {
        passed++;
        return Task.CompletedTask;
    }

    private static TcpConnection From(string address)
        => new(new IPEndPoint(IPAddress.Parse(address), 1), new IPEndPoint(IPAddress.Loopback, 2), () => ValueTask.FromResult<Ingress.Proxy.Pipeline.Transports.RelayEnd?>(null));

    private static TcpMiddlewareBuild Build(object options, TcpHandler next) => new("m@file", "r@file", options, next, new PipelineBuild
    {
        Configuration = new RuntimeConfiguration(),
        State = new StateStore(null),
        Loggers = NullLoggerFactory.Instance,
        Time = TimeProvider.System,
        InternalServices = new Dictionary<string, IInternalService>(),
    });
}
