using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Ingress.Proxy.Configuration.StaticModel;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// Reads a PROXY protocol header, version 1 or 2, before everything else on a connection. A trusted peer's header names the client; an untrusted peer's header
/// is read and has no effect; a connection without one goes on as it is; a broken header from a trusted peer closes the connection.
/// </summary>
internal sealed partial class ProxyProtocol(ProxyProtocolOptions options, TimeSpan timeout, ILogger<ProxyProtocol> logger)
{
    private const int LongestVersion1 = 107;
    private readonly TrustedAddresses trusted = new(options.Insecure, options.TrustedIps);

    private static ReadOnlySpan<byte> Version1Start => "PROXY "u8;

    private static ReadOnlySpan<byte> Version2Start => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>The outcome of one look at what has arrived.</summary>
    internal enum Verdict
    {
        /// <summary>More bytes are needed.</summary>
        Incomplete,

        /// <summary>There is no PROXY header.</summary>
        Absent,

        /// <summary>A whole header.</summary>
        Complete,

        /// <summary>It begins like a header and is none.</summary>
        Broken,
    }

    /// <summary>Reads the header, then goes on with the connection.</summary>
    public async Task OnConnectionAsync(AcceptedConnection connection, ConnectionDelegate next)
    {
        var state = connection.Features.Get<ConnectionState>()!;
        var isTrusted = trusted.Contains(state.Peer.Address);
        using var deadline = new CancellationTokenSource(timeout);
        var verdict = Verdict.Incomplete;
        IPEndPoint? source = null;
        IPEndPoint? destination = null;
        try
        {
            await connection.ReadAheadAsync(
                (bytes, isEnd) =>
                {
                    verdict = Parse(bytes, out var length, out source, out destination);
                    return verdict == Verdict.Complete ? length : verdict == Verdict.Incomplete && !isEnd ? null : 0;
                },
                deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            LogSilent(logger, state.Peer);
            connection.Abort();
            return;
        }
        catch (ConnectionResetException)
        {
            return;
        }

        if (verdict == Verdict.Broken && isTrusted)
        {
            LogBroken(logger, state.Peer);
            connection.Abort();
            return;
        }

        if (verdict == Verdict.Complete && isTrusted && source is not null)
        {
            state.Replace(source, destination);
            connection.RemoteEndPoint = source;
        }

        await next(connection).ConfigureAwait(false);
    }

    /// <summary>Looks for a header at the start of the bytes.</summary>
    internal static Verdict Parse(ReadOnlySequence<byte> bytes, out long length, out IPEndPoint? source, out IPEndPoint? destination)
    {
        length = 0;
        source = destination = null;
        Span<byte> start = stackalloc byte[(int)Math.Min(bytes.Length, 16)];
        bytes.Slice(0, start.Length).CopyTo(start);
        if (start.IsEmpty)
        {
            return Verdict.Incomplete;
        }

        if (StartsAlike(start, Version2Start))
        {
            return start.Length < 16 ? Verdict.Incomplete : ParseVersion2(bytes, start, out length, out source, out destination);
        }

        if (StartsAlike(start, Version1Start))
        {
            return start.Length < Version1Start.Length ? Verdict.Incomplete : ParseVersion1(bytes, out length, out source, out destination);
        }

        return Verdict.Absent;
    }

    private static bool StartsAlike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
        => bytes.Length < signature.Length ? signature.StartsWith(bytes) : bytes.StartsWith(signature);

    private static Verdict ParseVersion1(ReadOnlySequence<byte> bytes, out long length, out IPEndPoint? source, out IPEndPoint? destination)
    {
        length = 0;
        source = destination = null;
        Span<byte> line = stackalloc byte[(int)Math.Min(bytes.Length, LongestVersion1)];
        bytes.Slice(0, line.Length).CopyTo(line);
        var end = line.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return line.Length == LongestVersion1 ? Verdict.Broken : Verdict.Incomplete;
        }

        length = end + 2;
        var words = Encoding.ASCII.GetString(line[..end]).Split(' ');
        if (words is ["PROXY", "UNKNOWN", ..])
        {
            return Verdict.Complete;
        }

        if (words.Length != 6 || words[1] is not ("TCP4" or "TCP6")
            || !IPAddress.TryParse(words[2], out var address) || !IPAddress.TryParse(words[3], out var target)
            || !ushort.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || !ushort.TryParse(words[5], NumberStyles.None, CultureInfo.InvariantCulture, out var targetPort))
        {
            return Verdict.Broken;
        }

        source = new IPEndPoint(address, port);
        destination = new IPEndPoint(target, targetPort);
        return Verdict.Complete;
    }

    private static Verdict ParseVersion2(ReadOnlySequence<byte> bytes, ReadOnlySpan<byte> start, out long length, out IPEndPoint? source, out IPEndPoint? destination)
    {
        source = destination = null;
        var bodyLength = BinaryPrimitives.ReadUInt16BigEndian(start[14..]);
        length = 16 + bodyLength;
        if (start[12] >> 4 != 2 || (start[12] & 15) > 1)
        {
            return Verdict.Broken;
        }

        if (bytes.Length < length)
        {
            return Verdict.Incomplete;
        }

        Span<byte> body = stackalloc byte[Math.Min((int)bodyLength, 36)];
        bytes.Slice(16, body.Length).CopyTo(body);
        var isLocal = (start[12] & 15) == 0;
        var family = start[13] >> 4;
        if (isLocal || family is 0 or 3)
        {
            return Verdict.Complete;
        }

        var size = family == 1 ? 4 : 16;
        if (family > 2 || body.Length < (2 * size) + 4)
        {
            return Verdict.Broken;
        }

        source = new IPEndPoint(new IPAddress(body[..size]), BinaryPrimitives.ReadUInt16BigEndian(body[(2 * size)..]));
        destination = new IPEndPoint(new IPAddress(body.Slice(size, size)), BinaryPrimitives.ReadUInt16BigEndian(body[((2 * size) + 2)..]));
        return Verdict.Complete;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Broken PROXY header from {Peer}; connection closed")]
    private static partial void LogBroken(ILogger logger, IPEndPoint peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No byte from {Peer} within readTimeout; connection closed")]
    private static partial void LogSilent(ILogger logger, IPEndPoint peer);
}
