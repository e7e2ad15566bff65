using System.Buffers;
using System.Net;
using System.Text;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Tests.Pipeline.Transports;

public sealed class ProxyHeaderTests
{
    [Theory]
    [InlineData("192.0.2.1", "198.51.100.1", "PROXY TCP4 192.0.2.1 198.51.100.1 1000 443\r\n")]
    [InlineData("::ffff:192.0.2.1", "198.51.100.1", "PROXY TCP4 192.0.2.1 198.51.100.1 1000 443\r\n")]
    [InlineData("2001:db8::1", "::1", "PROXY TCP6 2001:db8::1 ::1 1000 443\r\n")]
    public void VersionOneIsALine(string source, string destination, string line)
        => Assert.Equal(line, Encoding.ASCII.GetString(ProxyHeader.Of(1, new IPEndPoint(IPAddress.Parse(source), 1000), new IPEndPoint(IPAddress.Parse(destination), 443))));

    [Theory]
    [InlineData(1, "192.0.2.1", "198.51.100.1")]
    [InlineData(2, "192.0.2.1", "198.51.100.1")]
    [InlineData(1, "2001:db8::1", "::1")]
    [InlineData(2, "2001:db8::1", "::1")]
    public void WhatIsWrittenIsReadBack(int version, string source, string destination)
    {
        var from = new IPEndPoint(IPAddress.Parse(source), 1000);
        var to = new IPEndPoint(IPAddress.Parse(destination), 443);
        var header = ProxyHeader.Of(version, from, to);
        Assert.Equal(ProxyProtocol.Verdict.Complete, ProxyProtocol.Parse(new ReadOnlySequence<byte>(header), out var length, out var peer, out var target));
        Assert.Equal(header.Length, length);
        Assert.Equal(from, peer);
        Assert.Equal(to, target);
    }
}
