using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Text;
using Ingress.Proxy.Pipeline.EntryPoints;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

/// <summary>What reads a connection's first bytes, before anybody is trusted, on bytes that nobody would send by mistake.</summary>
public sealed class FirstBytesTests
{
    private const int Longest = 80_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData(200_000, 1)]
    public Task NoInputHarmsTheParsers(int inputs, int seed) => FuzzAsync(inputs, seed);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(10_000_000, 2)]
    public Task NoInputHarmsTheParsersForLong(int inputs, int seed) => FuzzAsync(inputs, seed);

    private static async Task FuzzAsync(int inputs, int seed)
    {
        var random = new Random(seed);
        var seeds = await SeedsAsync();
        var input = new byte[Longest];
        for (var i = 0; i < inputs; i++)
        {
            var length = Mutate(random, seeds, input);
            var bytes = new ReadOnlySequence<byte>(input, 0, length);
            var start = Stopwatch.GetTimestamp();
            var outcome = Read(bytes);
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                // The machine may have paused for its own reasons: a slow input is slow each time.
                Assert.True(Fastest(bytes) < Limit, $"input {i} of seed {seed} takes longer than {Limit}: {Convert.ToHexString(input, 0, length)}");
            }

            if (i % 16 == 0)
            {
                Assert.Equal(outcome, Read(HelloBytes.Segments(input[..length], random.Next(1, 200))));
            }
        }
    }

    private static TimeSpan Fastest(ReadOnlySequence<byte> bytes)
    {
        var fastest = TimeSpan.MaxValue;
        for (var run = 0; run < 10; run++)
        {
            var start = Stopwatch.GetTimestamp();
            Read(bytes);
            var took = Stopwatch.GetElapsedTime(start);
            fastest = took < fastest ? took : fastest;
        }

        return fastest;
    }

    private static (ConnectionKind Kind, string Name, int Protocols, ProxyProtocol.Verdict Verdict, long Length, IPEndPoint? Source) Read(ReadOnlySequence<byte> bytes)
    {
        var kind = FirstBytes.Look(bytes, isEnd: false, out var hello);
        var verdict = ProxyProtocol.Parse(bytes, out var length, out var source, out _);
        if (verdict == ProxyProtocol.Verdict.Complete)
        {
            Assert.InRange(length, 1, bytes.Length);
        }

        return (kind, hello.ServerName, hello.Protocols.Count, verdict, verdict == ProxyProtocol.Verdict.Complete ? length : 0, source);
    }

    // One seed or two glued together, with a few changes, cut off somewhere or not.
    private static int Mutate(Random random, byte[][] seeds, byte[] input)
    {
        var first = seeds[random.Next(seeds.Length)];
        first.CopyTo(input, 0);
        var length = first.Length;
        if (random.Next(8) == 0)
        {
            var second = seeds[random.Next(seeds.Length)];
            length = random.Next(1, length + 1);
            var from = random.Next(second.Length);
            second.AsSpan(from).CopyTo(input.AsSpan(length));
            length += second.Length - from;
        }

        for (var changes = random.Next(6); changes > 0; changes--)
        {
            length = Change(random, input, length);
        }

        return random.Next(3) == 0 ? random.Next(1, length + 1) : length;
    }

    private static int Change(Random random, byte[] input, int length)
    {
        // Lengths stand at the front; that is where changes hurt most.
        var at = random.Next(2) == 0 ? random.Next(length) : random.Next(Math.Min(length, 120));
        switch (random.Next(5))
        {
            case 0:
                input[at] = (byte)random.Next(256);
                return length;
            case 1:
                input[at] ^= (byte)(1 << random.Next(8));
                return length;
            case 2 when at + 2 <= length:
                ReadOnlySpan<ushort> edges = [0, 1, 2, 255, 256, 16384, 16640, 16641, 32768, 65535, (ushort)(length - at), (ushort)(length - at - 2)];
                BinaryPrimitives.WriteUInt16BigEndian(input.AsSpan(at), edges[random.Next(edges.Length)]);
                return length;
            case 3 when length > 16:
                var cut = random.Next(1, Math.Min(16, length - at) + 1);
                input.AsSpan(at + cut, length - at - cut).CopyTo(input.AsSpan(at));
                return Math.Max(1, length - cut);
            case 4 when length < Longest - 16:
                var more = random.Next(1, 16);
                input.AsSpan(at, length - at).CopyTo(input.AsSpan(at + more));
                return length + more;
            default:
                return length;
        }
    }

    private static async Task<byte[][]> SeedsAsync()
    {
        var real = await HelloBytes.RealAsync("real.test", SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
        var postQuantum = HelloBytes.Message("seed.test", ["h2", "http/1.1"], padding: 0, HelloBytes.PostQuantumShare);
        var huge = HelloBytes.Message("seed.test", ["h2"], padding: 30_000);
        byte[] signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];
        byte[] addresses = [192, 0, 2, 1, 192, 0, 2, 2, 1, 2, 3, 4];
        byte[] settings = [1, .. HelloBytes.Vector(2, "h2"u8.ToArray()), 2, .. HelloBytes.Vector(2, "some.test"u8.ToArray()), 4, .. HelloBytes.Vector(2, new byte[200])];
        return
        [
            real,
            await HelloBytes.RealAsync("a.very.long.name.with.many.labels.example.test"),
            HelloBytes.Records(real[5..], 70),
            HelloBytes.Records(HelloBytes.Message("seed.test", ["h2"], padding: 100), 1 << 14),
            HelloBytes.Records(HelloBytes.Message(null, [], padding: 0), 1 << 14),
            HelloBytes.Records(postQuantum, 1 << 14),
            HelloBytes.Records(postQuantum, 600),
            HelloBytes.Records(huge, 1 << 14),
            HelloBytes.Records([1, 0, 0xff, 0, .. new byte[500]], 1),
            [.. "PROXY TCP4 192.0.2.1 192.0.2.2 1000 2000\r\n"u8, .. real],
            Encoding.ASCII.GetBytes("PROXY TCP6 2001:db8::1 ::1 1 2\r\nGET / HTTP/1.1\r\n"),
            Encoding.ASCII.GetBytes("PROXY UNKNOWN\r\n"),
            Encoding.ASCII.GetBytes("PROXY " + new string('1', 200)),
            [.. signature, 0x21, 0x11, .. HelloBytes.Vector(2, addresses), .. real],
            [.. signature, 0x21, 0x11, .. HelloBytes.Vector(2, [.. addresses, .. settings])],
            [.. signature, 0x21, 0x21, .. HelloBytes.Vector(2, new byte[36])],
            [.. signature, 0x21, 0x31, .. HelloBytes.Vector(2, new byte[216])],
            [.. signature, 0x20, 0x00, 0, 0],
            [.. signature, 0x21, 0x12, .. HelloBytes.Vector(2, [.. addresses, .. new byte[20_000]])],
            [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F],
            Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            [0x80, 0x2e, 1, 0, 2],
        ];
    }
}
