using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Security;
using System.Text;
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
        var bytes = Records(Message("Some.Test.", ["h2", "http/1.1"], padding: 1200), recordSize);
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes), out var hello));
        Assert.Equal("some.test", hello.ServerName);
        Assert.Equal(["h2", "http/1.1"], hello.Protocols);
    }

    [Fact]
    public void EveryBeginningOfAHelloAsksForMore()
    {
        var bytes = Records(Message("split.test", ["h2"], padding: 0), 90);
        for (var length = 1; length < bytes.Length; length++)
        {
            Assert.False(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes, 0, length), out _), $"at {length}");
        }

        Assert.True(ClientHello.TryRead(Segments(bytes, 7), out var hello));
        Assert.Equal("split.test", hello.ServerName);
    }

    [Fact]
    public void AHelloWithoutExtensionsSaysNothing()
    {
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(Records(Message(null, [], padding: 0), 1 << 14)), out var hello));
        Assert.Equal("", hello.ServerName);
        Assert.Empty(hello.Protocols);
    }

    [Fact]
    public async Task TheFrameworksOwnHelloIsRead()
    {
        await using var sent = new WriteOnlyStream();
        await using var stream = new SslStream(sent);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "real.test",
            ApplicationProtocols = [SslApplicationProtocol.Http2, new SslApplicationProtocol("mqtt")],
        }));
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(sent.ToArray()), out var hello));
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
        => Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(Records([1, 0, 0xff, 0, .. new byte[2000]], 1)), out _));

    [Theory]
    [InlineData(200_000)]
    public void NoInputHarmsTheParsers(int inputs) => Fuzz(inputs);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(10_000_000)]
    public void NoInputHarmsTheParsersForLong(int inputs) => Fuzz(inputs);

    private static void Fuzz(int inputs)
    {
        var random = new Random(42);
        byte[][] seeds =
        [
            Records(Message("seed.test", ["h2"], padding: 100), 1 << 14),
            Records(Message("seed.test", ["h2"], padding: 300), 60),
            Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.1 192.0.2.2 1000 2000\r\nGET / HTTP/1.1\r\n"),
            Encoding.ASCII.GetBytes("PROXY TCP6 2001:db8::1 ::1 1 2\r\n"),
            [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 1, 2, 3, 4],
            [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F],
            Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ];
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < inputs; i++)
        {
            var input = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var changes = random.Next(6); changes > 0; changes--)
            {
                input[random.Next(input.Length)] = (byte)random.Next(256);
            }

            var bytes = new ReadOnlySequence<byte>(input, 0, random.Next(1, input.Length + 1));
            var start = Stopwatch.GetTimestamp();
            FirstBytes.Look(bytes, isEnd: false, out _);
            ProxyProtocol.Parse(bytes, out var length, out _, out _);
            var took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
            Assert.InRange(length, 0, 16 + ushort.MaxValue);
        }

        // A pause of the machine is no fault of the parser's; a loop that does not end would be.
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static byte[] Message(string? name, string[] protocols, int padding)
    {
        var extensions = new List<byte>();
        if (padding > 0)
        {
            AddExtension(extensions, 21, new byte[padding]);
        }

        if (name is not null)
        {
            AddExtension(extensions, 0, Vector(2, [0, .. Vector(2, Encoding.ASCII.GetBytes(name))]));
        }

        if (protocols.Length > 0)
        {
            AddExtension(extensions, 16, Vector(2, [.. protocols.SelectMany(protocol => Vector(1, Encoding.ASCII.GetBytes(protocol)))]));
        }

        byte[] body = [3, 3, .. new byte[32], .. Vector(1, new byte[32]), .. Vector(2, [0x13, 1]), .. Vector(1, [0]), .. extensions.Count > 0 ? Vector(2, [.. extensions]) : []];
        return [1, 0, (byte)(body.Length >> 8), (byte)body.Length, .. body];
    }

    private static void AddExtension(List<byte> extensions, ushort type, byte[] value)
    {
        extensions.AddRange([(byte)(type >> 8), (byte)type, .. Vector(2, value)]);
    }

    private static byte[] Vector(int lengthBytes, byte[] value)
    {
        var vector = new byte[lengthBytes + value.Length];
        if (lengthBytes == 1)
        {
            vector[0] = (byte)value.Length;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(vector, (ushort)value.Length);
        }

        value.CopyTo(vector, lengthBytes);
        return vector;
    }

    private static byte[] Records(byte[] message, int size)
        => [.. message.Chunk(size).SelectMany(part => new byte[] { 0x16, 3, 1 }.Concat(Vector(2, part)))];

    private static ReadOnlySequence<byte> Segments(byte[] bytes, int size)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var part in bytes.Chunk(size))
        {
            last = new Segment(part, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] part, Segment? previous)
        {
            Memory = part;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }

    private sealed class WriteOnlyStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);

        public override int Read(Span<byte> buffer) => 0;
    }
}
