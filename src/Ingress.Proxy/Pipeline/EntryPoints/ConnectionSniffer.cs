using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Looks at a connection's first bytes, without taking them, to tell TLS from clear text and HTTP/2 from HTTP/1.</summary>
internal sealed partial class ConnectionSniffer(string entryPoint, HandlerSwitch handlers, TimeSpan timeout, ILoggerFactory loggers)
{
    private const byte TlsHandshake = 0x16;
    private readonly ILogger logger = loggers.CreateLogger<ConnectionSniffer>();
    private readonly TlsTerminator tls = new(handlers, timeout, loggers.CreateLogger<TlsTerminator>());

    private static ReadOnlySpan<byte> Http2Preface => "PRI * HTTP/2.0\r\n"u8;

    /// <summary>Waits for the first bytes, then goes on as they ask.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var input = connection.Transport.Input;
        bool isTls;
        using (var deadline = new CancellationTokenSource(timeout))
        {
            try
            {
                while (true)
                {
                    var read = await input.ReadAsync(deadline.Token).ConfigureAwait(false);
                    if (read.Buffer.IsEmpty && read.IsCompleted)
                    {
                        input.AdvanceTo(read.Buffer.Start);
                        return;
                    }

                    isTls = read.Buffer.FirstSpan[0] == TlsHandshake;
                    var preface = isTls ? 0 : LengthOfPreface(read.Buffer);
                    if (preface > 0 && preface < Http2Preface.Length && !read.IsCompleted)
                    {
                        input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                        continue;
                    }

                    input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                    if (preface == Http2Preface.Length)
                    {
                        ClearTextHttp2.Mark(connection);
                    }

                    break;
                }
            }
            catch (OperationCanceledException)
            {
                LogSilent(logger, entryPoint, connection.RemoteEndPoint);
                connection.Abort();
                return;
            }
            catch (ConnectionResetException)
            {
                return;
            }
        }

        await (isTls ? tls.OnConnectionAsync(connection, next) : next(connection)).ConfigureAwait(false);
    }

    /// <summary>How many bytes of the HTTP/2 preface are there; 0 where the bytes are something else.</summary>
    private static int LengthOfPreface(ReadOnlySequence<byte> bytes)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(bytes.Length, Http2Preface.Length)];
        bytes.Slice(0, start.Length).CopyTo(start);
        return Http2Preface.StartsWith(start) ? start.Length : 0;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "No byte on {EntryPointName} from {Peer} within readTimeout; connection closed")]
    private static partial void LogSilent(ILogger logger, string entryPointName, System.Net.EndPoint? peer);
}
