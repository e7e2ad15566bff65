using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

/// <summary>TLS hellos as bytes: real ones, made ones, split over records and segments.</summary>
internal static class HelloBytes
{
    /// <summary>The size of a client's share of X25519MLKEM768.</summary>
    public const int PostQuantumShare = 1216;

    /// <summary>What the framework itself says.</summary>
    public static async Task<byte[]> RealAsync(string name, params SslApplicationProtocol[] protocols)
    {
        await using var sent = new WriteOnlyStream();
        await using var stream = new SslStream(sent);
        await Assert.ThrowsAnyAsync<IOException>(() => stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = [.. protocols] }));
        return sent.ToArray();
    }

    public static byte[] Message(string? name, string[] protocols, int padding, int keyShare = 0)
    {
        var extensions = new List<byte>();
        if (keyShare > 0)
        {
            AddExtension(extensions, 51, Vector(2, [0x11, 0xEC, .. Vector(2, new byte[keyShare])]));
        }

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

    public static byte[] Vector(int lengthBytes, byte[] value)
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

    public static byte[] Records(byte[] message, int size)
        => [.. message.Chunk(size).SelectMany(part => new byte[] { 0x16, 3, 1 }.Concat(Vector(2, part)))];

    public static ReadOnlySequence<byte> Segments(byte[] bytes, int size)
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
