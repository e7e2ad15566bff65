using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Tests.Pipeline.Services.Tcp;

public sealed class TcpServerTests
{
    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1", 80)]
    [InlineData("[::1]:443", "::1", 443)]
    [InlineData("db.internal:5432", "db.internal", 5432)]
    [InlineData(":80", "localhost", 80)]
    public void AddressesAreSplit(string address, string host, int port)
    {
        Assert.True(TcpServer.TryParse(address, isTls: false, out var server));
        Assert.Equal((host, port), (server.Host, server.Port));
    }

    [Theory]
    [InlineData("no-port")]
    [InlineData("::1:80")]
    [InlineData("host:x")]
    [InlineData("host:70000")]
    [InlineData("")]
    public void WhatIsNoAddressIsRefused(string address) => Assert.False(TcpServer.TryParse(address, isTls: false, out _));
}
