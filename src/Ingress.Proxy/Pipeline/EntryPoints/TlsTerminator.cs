using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Tls;
using Ingress.Proxy.Tls.OpenSsl;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Ends TLS on a connection: handshake with the options and certificate that the server name selects, then clear bytes for what follows.</summary>
internal sealed partial class TlsTerminator(HandlerSwitch handlers, TimeSpan timeout, ILogger<TlsTerminator> logger)
{
    // RFC 8446 section 6: a fatal alert, unrecognized_name.
    private static readonly byte[] UnrecognizedName = [0x15, 3, 3, 0, 2, 2, 112];

    // A whole record of TLS.
    private const int RelayBuffer = 17 * 1024;

    /// <summary>Shakes hands, then goes on with the connection. The hello is the one that routing saw, so that nothing is decided on two readings of it.</summary>
    public async Task OnConnectionAsync(AcceptedConnection connection, ClientHello hello, ConnectionDelegate next)
    {
        var choice = Choose(connection, hello, handlers.Current.Tls, options: null);
        if (choice is null)
        {
            await connection.Transport.Output.WriteAsync(UnrecognizedName).ConfigureAwait(false);
            return;
        }

        var stream = new TlsServerStream(choice.Context);
        await using (stream.ConfigureAwait(false))
        {
            if (!await HandshakeAsync(stream, connection, connection.HasPipes ? connection.Transport : null).ConfigureAwait(false))
            {
                return;
            }

            var clear = connection.Transport;
            stream.Continue(clear);
            if (!stream.Connection.IsHttp)
            {
                LogHandshakeFailed(logger, connection.Features.Get<ConnectionState>()!.Peer, hello.ServerName, "the protocol that client and TLS options agreed on is not HTTP");
                await SayGoodbyeAsync(stream).ConfigureAwait(false);
                return;
            }

            SetFeatures(connection, stream);
            var input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));
            var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
            connection.Transport = new DuplexPipe(input, output);
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                await input.CompleteAsync().ConfigureAwait(false);
                await output.CompleteAsync().ConfigureAwait(false);
                connection.Transport = clear;
                await SayGoodbyeAsync(stream).ConfigureAwait(false);
            }
        }
    }

    /// <summary>TLS for a TCP router with its own options, over a stream that writes straight to the socket; null where the handshake failed or was refused.</summary>
    public async ValueTask<TlsServerStream?> EndAsync(AcceptedConnection connection, ClientHello hello, Stream inner, TlsParameters options, TlsSelector selector)
    {
        if (Choose(connection, hello, selector, options) is not { } choice)
        {
            await inner.WriteAsync(UnrecognizedName).ConfigureAwait(false);
            return null;
        }

        var stream = new TlsServerStream(choice.Context);
        var pipes = new DuplexPipe(
            PipeReader.Create(inner, new StreamPipeReaderOptions(leaveOpen: true, bufferSize: RelayBuffer)),
            PipeWriter.Create(inner, new StreamPipeWriterOptions(leaveOpen: true, minimumBufferSize: RelayBuffer)));
        if (await HandshakeAsync(stream, connection, connection.HasPipes ? pipes : null).ConfigureAwait(false))
        {
            stream.Continue(pipes);
            return stream;
        }

        await stream.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    // Null where there are no options, or no certificate for a name that needs one.
    private TlsChoice? Choose(ConnectionContext connection, ClientHello hello, TlsSelector? selector, TlsParameters? options)
    {
        var state = connection.Features.Get<ConnectionState>()!;
        state.ServerName = hello.ServerName;
        try
        {
            var address = hello.ServerName.Length > 0 ? "" : LocalAddress(connection);
            var choice = options is null ? selector?.Select(hello.ServerName, address) : selector?.Choose(options, hello.ServerName, address);
            if (choice is null)
            {
                LogHandshakeFailed(logger, state.Peer, hello.ServerName, "no TLS options or no certificate for this name");
            }
            else
            {
                state.TlsOptions = choice.OptionsName;
            }

            return choice;
        }
        catch (AuthenticationException error)
        {
            LogUnusable(logger, hello.ServerName, error.Message);
            return null;
        }
    }

    // On the bare socket where there are no pipes.
    private async ValueTask<bool> HandshakeAsync(TlsServerStream stream, AcceptedConnection connection, IDuplexPipe? pipes)
    {
        var state = connection.Features.Get<ConnectionState>()!;
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            if (pipes is null)
            {
                var socket = new NetworkStream(connection.Socket, ownsSocket: false);
                await using (socket.ConfigureAwait(false))
                {
                    await stream.HandshakeAsync(socket, deadline.Token).ConfigureAwait(false);
                }
            }
            else
            {
                await stream.HandshakeAsync(pipes, deadline.Token).ConfigureAwait(false);
            }

            state.IsTls = true;
            state.ClientCertificates = stream.Connection.ClientCertificates;
            return true;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            LogHandshakeFailed(logger, state.Peer, state.ServerName, error.Message);
            return false;
        }
    }

    /// <summary>The address that the client connected to, for certificates that name addresses.</summary>
    private static string LocalAddress(ConnectionContext connection)
        => connection.LocalEndPoint is IPEndPoint local ? (local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address).ToString() : "";

    private static void SetFeatures(ConnectionContext connection, TlsServerStream stream)
    {
        var feature = new TlsFeature(stream.Connection);
        connection.Features.Set<ITlsConnectionFeature>(feature);
        connection.Features.Set<ITlsHandshakeFeature>(feature);
        connection.Features.Set<ITlsApplicationProtocolFeature>(feature);
    }

    private static async Task SayGoodbyeAsync(TlsServerStream stream)
    {
        try
        {
            await stream.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or ConnectionResetException or ConnectionAbortedException)
        {
            // The client is gone already; there is nobody to say goodbye to.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "TLS handshake with {Peer} for \"{ServerName}\" failed: {Reason}")]
    private static partial void LogHandshakeFailed(ILogger logger, IPEndPoint peer, string serverName, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "TLS for \"{ServerName}\" cannot be served: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string serverName, string reason);

#pragma warning disable SYSLIB0058 // The interface still has the old members; the suite says all that they do.
    private sealed class TlsFeature(TlsConnection tls) : ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = tls.ClientCertificates is [var own, ..] ? own : null;

        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = tls.ApplicationProtocol;

        public SslProtocols Protocol { get; } = tls.Protocol;

        public TlsCipherSuite? NegotiatedCipherSuite { get; } = tls.CipherSuite;

        public CipherAlgorithmType CipherAlgorithm => CipherAlgorithmType.None;

        public int CipherStrength => 0;

        public HashAlgorithmType HashAlgorithm => HashAlgorithmType.None;

        public int HashStrength => 0;

        public ExchangeAlgorithmType KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

        public int KeyExchangeStrength => 0;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
#pragma warning restore SYSLIB0058
}
