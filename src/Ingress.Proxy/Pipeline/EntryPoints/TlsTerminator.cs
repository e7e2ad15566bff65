using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Ends TLS on a connection: handshake with the options and certificate that the server name selects, then clear bytes for what follows.</summary>
internal sealed partial class TlsTerminator(HandlerSwitch handlers, TimeSpan timeout, ILogger<TlsTerminator> logger)
{
    /// <summary>Shakes hands, then goes on with the connection.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var selector = handlers.Current.Tls;
        var state = connection.Features.Get<ConnectionState>()!;
        var clear = connection.Transport;
        var stream = new SslStream(new DuplexPipeStream(clear), leaveInnerStreamOpen: true);
        await using (stream.ConfigureAwait(false))
        {
            if (selector is null || !await HandshakeAsync(stream, state, name => selector.Select(name, LocalAddress(connection))).ConfigureAwait(false))
            {
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

    /// <summary>The handshake alone; false where it failed or was refused.</summary>
    public async Task<bool> HandshakeAsync(SslStream stream, ConnectionState state, Func<string, TlsChoice?> select)
    {
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            await stream.AuthenticateAsServerAsync(
                (_, hello, _, _) =>
                {
                    state.ServerName = hello.ServerName.ToLowerInvariant();
                    var choice = select(state.ServerName) ?? throw new AuthenticationException($"no TLS options or no certificate for \"{state.ServerName}\"");
                    state.TlsOptions = choice.OptionsName;
                    return ValueTask.FromResult(choice.Options);
                },
                null,
                deadline.Token).ConfigureAwait(false);
            state.IsTls = true;
            return true;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException or ConnectionResetException or ConnectionAbortedException or System.ComponentModel.Win32Exception)
        {
            LogHandshakeFailed(logger, state.Peer, state.ServerName, error.Message);
            return false;
        }
    }

    /// <summary>The address that the client connected to, for certificates that name addresses.</summary>
    public static string LocalAddress(ConnectionContext connection)
        => connection.LocalEndPoint is IPEndPoint local ? (local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address).ToString() : "";

    private static void SetFeatures(ConnectionContext connection, SslStream stream)
    {
        var feature = new TlsFeature(stream);
        connection.Features.Set<ITlsConnectionFeature>(feature);
        connection.Features.Set<ITlsHandshakeFeature>(feature);
        connection.Features.Set<ITlsApplicationProtocolFeature>(feature);
    }

    private static async Task SayGoodbyeAsync(SslStream stream)
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

#pragma warning disable SYSLIB0058 // The interface still has the old members; they are filled from the cipher suite where that is possible.
    private sealed class TlsFeature(SslStream stream) : ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature
    {
        public X509Certificate2? ClientCertificate { get; set; } = stream.RemoteCertificate as X509Certificate2;

        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = stream.NegotiatedApplicationProtocol.Protocol;

        public SslProtocols Protocol { get; } = stream.SslProtocol;

        public TlsCipherSuite? NegotiatedCipherSuite { get; } = stream.NegotiatedCipherSuite;

        public CipherAlgorithmType CipherAlgorithm => stream.CipherAlgorithm;

        public int CipherStrength => stream.CipherStrength;

        public HashAlgorithmType HashAlgorithm => stream.HashAlgorithm;

        public int HashStrength => stream.HashStrength;

        public ExchangeAlgorithmType KeyExchangeAlgorithm => stream.KeyExchangeAlgorithm;

        public int KeyExchangeStrength => stream.KeyExchangeStrength;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
#pragma warning restore SYSLIB0058

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
