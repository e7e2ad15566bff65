using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Tls;
using Ingress.Proxy.Tls.Acme.Challenges;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// Answers the authority's TLS-ALPN-01 connections before any routing. Only while a challenge is pending are first bytes looked at; all other clients go on
/// as always, also for the same name.
/// </summary>
internal sealed partial class AcmeTlsResponder(HandlerSwitch handlers, ILogger<AcmeTlsResponder> logger)
{
    private const byte TlsHandshake = 0x16;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Answers the challenge, or goes on.</summary>
    public async Task OnConnectionAsync(AcceptedConnection connection, ConnectionDelegate next)
    {
        if (handlers.Current.Tls?.Certificates is not { HasPendingChallenge: true } certificates || await ChallengeAsync(connection, certificates).ConfigureAwait(false) is not { } answer)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        using var deadline = new CancellationTokenSource(Limit);
        var stream = new SslStream(new DuplexPipeStream(connection.Transport), leaveInnerStreamOpen: true);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                var options = new SslServerAuthenticationOptions { ServerCertificate = answer, ApplicationProtocols = [new SslApplicationProtocol(TlsAlpn01Challenge.Protocol)] };
                await stream.AuthenticateAsServerAsync(options, deadline.Token).ConfigureAwait(false);
                await stream.ShutdownAsync().ConfigureAwait(false);
                LogAnswered(logger, connection.RemoteEndPoint);
            }
            catch (Exception failure) when (failure is AuthenticationException or IOException or OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
            {
                LogFailed(logger, connection.RemoteEndPoint, failure.Message);
            }
        }
    }

    /// <summary>The certificate to answer with, or null where this is an ordinary connection.</summary>
    private static async Task<X509Certificate2?> ChallengeAsync(AcceptedConnection connection, CertificateStore certificates)
    {
        using var deadline = new CancellationTokenSource(Limit);
        ClientHello? hello = null;
        try
        {
            await connection.ReadAheadAsync(
                (bytes, isEnd) =>
                {
                    var isTls = !bytes.IsEmpty && bytes.FirstSpan[0] == TlsHandshake;
                    hello = isTls && ClientHello.TryRead(bytes, out var found) ? found : null;
                    return hello is not null || isEnd || !isTls ? 0 : null;
                },
                deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ConnectionResetException)
        {
            // Slow or odd bytes are for what follows to judge, with its own time limits.
            return null;
        }

        return hello is not null && hello.Protocols.Contains(TlsAlpn01Challenge.Protocol) ? certificates.Challenge(hello.ServerName) : null;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Answered the TLS-ALPN-01 challenge of {Peer}")]
    private static partial void LogAnswered(ILogger logger, System.Net.EndPoint? peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The TLS-ALPN-01 challenge of {Peer} broke off: {Reason}")]
    private static partial void LogFailed(ILogger logger, System.Net.EndPoint? peer, string reason);
}
