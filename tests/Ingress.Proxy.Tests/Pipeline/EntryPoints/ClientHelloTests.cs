using System.Buffers;
using System.Net.Security;
using Ingress.Proxy.Pipeline.EntryPoints;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class ClientHelloTests
{
    [Theory]
    [InlineData(1 << 14)]
    [InlineData(100)]
    [InlineData(70)]
    public void NameAndProtocolsAreReadOverHoweverManyRecords(int recordSize)
    {
        var bytes = HelloBytes.Records(HelloBytes.Message("Some.Test.", ["h2", "http/1.1"], padding: 1200), recordSize);
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes), out var hello));
        Assert.Equal("some.test", hello.ServerName);
        Assert.Equal(["h2", "http/1.1"], hello.Protocols);
    }

    [Fact]
    public void EveryBeginningOfAHelloAsksForMore()
    {
        var bytes = HelloBytes.Records(HelloBytes.Message("split.test", ["h2"], padding: 0), 90);
        for (var length = 1; length < bytes.Length; length++)
        {
            Assert.False(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes, 0, length), out _), $"at {length}");
        }

        Assert.True(ClientHello.TryRead(HelloBytes.Segments(bytes, 7), out var hello));
        Assert.Equal("split.test", hello.ServerName);
    }

    [Fact]
    public void AHelloWithoutExtensionsSaysNothing()
    {
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(HelloBytes.Records(HelloBytes.Message(null, [], padding: 0), 1 << 14)), out var hello));
        Assert.Equal("", hello.ServerName);
        Assert.Empty(hello.Protocols);
    }

    [Fact]
    public async Task TheFrameworksOwnHelloIsRead()
    {
        var bytes = await HelloBytes.RealAsync("real.test", SslApplicationProtocol.Http2, new SslApplicationProtocol("mqtt"));
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes), out var hello));
        Assert.Equal("real.test", hello.ServerName);
        Assert.Equal(["h2", "mqtt"], hello.Protocols);
    }

    [Theory]
    [InlineData(new byte[] { 0x16, 3, 1, 0, 0 })]
    [InlineData(new byte[] { 0x16, 3, 1, 0xff, 0xff })]
    [InlineData(new byte[] { 0x16, 2, 1, 0, 5 })]
    [InlineData(new byte[] { 0x16, 3, 1, 0, 4, 2, 0, 0, 0 })]
    [InlineData(new byte[] { 0x16, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff })]
    public void WhatIsNoHelloIsLeftForTlsToRefuse(byte[] bytes)
    {
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes), out var hello));
        Assert.Same(ClientHello.Silent, hello);
    }

    [Fact]
    public void EndlessTinyRecordsEnd()
        => Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(HelloBytes.Records([1, 0, 0xff, 0, .. new byte[2000]], 1)), out _));
}
