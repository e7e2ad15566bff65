using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>The connections to one auth server. Carried over reloads while the middleware's options stay the same.</summary>
internal sealed class AuthClient : IDisposable
{
    private readonly SocketsHttpHandler handler;
    private readonly HttpMessageInvoker invoker;
    private readonly ServerTls tls;

    public AuthClient(ForwardAuthTlsOptions? options)
    {
        tls = options is null ? ServerTls.Default : ServerTls.Create(ConfigOf(options), Refuse);
        handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        };
        invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Sends the request and reads the whole answer, of which no more than the limit counts; null is no limit.</summary>
    public async Task<AuthAnswer> AskAsync(HttpRequestMessage request, long? limit, CancellationToken cancellation)
    {
        using var response = await invoker.SendAsync(request, cancellation).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        var body = new MemoryStream();
        var isWithinLimit = await ReadAsync(response.Content, AuthAnswer.IsPassing(status) ? null : body, limit ?? long.MaxValue, cancellation).ConfigureAwait(false);
        return new AuthAnswer { Status = status, Headers = AuthAnswer.HeadersOf(response), Body = body.ToArray(), IsTooLarge = !isWithinLimit };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        invoker.Dispose();
        handler.Dispose();
    }

    private static async ValueTask<bool> ReadAsync(HttpContent content, MemoryStream? body, long limit, CancellationToken cancellation)
    {
        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[4096];
            var length = 0L;
            while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var count)
            {
                length += count;
                if (length > limit)
                {
                    return false;
                }

                body?.Write(buffer, 0, count);
            }
        }

        return true;
    }

    private static ServersTransportConfig ConfigOf(ForwardAuthTlsOptions options) => new()
    {
        InsecureSkipVerify = options.InsecureSkipVerify,
        RootCas = options.Ca.Length > 0 ? [options.Ca] : [],
        Certificates = options.Cert.Length + options.Key.Length > 0 ? [new TlsCertificateConfig { CertFile = options.Cert, KeyFile = options.Key }] : [],
    };

    private static void Refuse(string fault) => throw new ConfigurationException($"unable to create client TLS configuration: {fault}");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        var request = context.InitialRequestMessage;
        return request.RequestUri!.Scheme == Uri.UriSchemeHttps
            ? await tls.HandshakeAsync(stream, request.RequestUri.IdnHost, request.Version.Major >= 2, cancellation).ConfigureAwait(false)
            : stream;
    }
}
