using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Pipeline.Transports;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>
/// The connections to one auth server, on which header lines go out one by one as they came in. Carried over reloads while the middleware's options stay the same.
/// </summary>
internal sealed class AuthClient : IDisposable
{
    private const int MostIdle = 100;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(90);

    private readonly Uri address;
    private readonly ServerTls tls;
    private readonly Http1Pool pool;

    public AuthClient(Uri address, ForwardAuthTlsOptions? options)
    {
        this.address = address;
        tls = options is null ? ServerTls.Default : ServerTls.Create(ConfigOf(options), Refuse);
        pool = new Http1Pool((_, cancellation) => DialAsync(cancellation), mayNegotiate: false, IdleTimeout, MostIdle);
    }

    /// <summary>Sends the request and reads the whole answer, of which no more than the limit counts; null is no limit.</summary>
    public async Task<AuthAnswer> AskAsync(HttpRequestMessage request, long? limit, CancellationToken cancellation)
    {
        var mustBeAlive = request.Content is StreamContent || request.Method != HttpMethod.Get;
        while (true)
        {
            var connection = pool.Take(mustBeAlive) ?? (await pool.DialAsync(cancellation).ConfigureAwait(false))!;
            try
            {
                return await AskAsync(connection, request, limit ?? long.MaxValue, cancellation).ConfigureAwait(false);
            }
            catch (IOException) when (connection is { IsReused: true, HasRead: false } && !mustBeAlive && !cancellation.IsCancellationRequested)
            {
                // The server closed a kept connection just when the request was on its way: another one may serve it.
                connection.Dispose();
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pool.Dispose();

    private static ServersTransportConfig ConfigOf(ForwardAuthTlsOptions options) => new()
    {
        InsecureSkipVerify = options.InsecureSkipVerify,
        RootCas = options.Ca.Length > 0 ? [options.Ca] : [],
        Certificates = options.Cert.Length + options.Key.Length > 0 ? [new TlsCertificateConfig { CertFile = options.Cert, KeyFile = options.Key }] : [],
    };

    private static void Refuse(string fault) => throw new ConfigurationException($"unable to create client TLS configuration: {fault}");

    private static void WriteHead(ref HeadWriter head, HttpRequestMessage request, Uri address)
    {
        head.Line(request.Method.Method, address.PathAndQuery);
        head.Header("Host", address.Authority);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                head.Header(name, value);
            }
        }

        if (request.Content is { } content)
        {
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                {
                    head.Header(name, values.ToString());
                }
            }
        }

        if (request.Content is StreamContent or { Headers.ContentLength: > 0 })
        {
            head.Header("Content-Length", request.Content.Headers.ContentLength!.Value.ToString(CultureInfo.InvariantCulture));
        }
        else if (request.Method.Method is "POST" or "PUT" or "PATCH")
        {
            head.Header("Content-Length", "0");
        }

        head.Bytes("\r\n"u8);
    }

    private static HeaderDictionary HeadersOf(Http1Response response)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in response.Fields)
        {
            headers[name] = StringValues.Concat(headers[name], value);
        }

        return headers;
    }

    private async ValueTask<AuthAnswer> AskAsync(Http1Connection connection, HttpRequestMessage request, long limit, CancellationToken cancellation)
    {
        var head = HeadWriter.Begin();
        try
        {
            WriteHead(ref head, request, address);
            await connection.Stream.WriteAsync(head.Written, cancellation).ConfigureAwait(false);
        }
        finally
        {
            head.Release();
        }

        // The answer may come before all of the body is gone.
        var upload = request.Content is StreamContent content ? content.CopyToAsync(connection.Stream, cancellation) : Task.CompletedTask;
        try
        {
            using var response = await ReadHeadAsync(connection, cancellation).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            var body = new MemoryStream();
            var hasBody = request.Method != HttpMethod.Head && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified);
            var isWithinLimit = !hasBody
                || await AuthAnswerBody.ReadAsync(connection, response, AuthAnswer.IsPassing(status) ? null : body, limit, cancellation).ConfigureAwait(false);
            if (isWithinLimit && response.KeepsConnection && connection.BufferedBytes == 0 && upload.IsCompletedSuccessfully)
            {
                pool.Return(connection);
            }
            else
            {
                connection.Dispose();
            }

            return new AuthAnswer { Status = status, Headers = HeadersOf(response), Body = body.ToArray(), IsTooLarge = !isWithinLimit };
        }
        finally
        {
            if (!upload.IsCompletedSuccessfully)
            {
                // Nobody wants the rest, and the memory that it is read from goes back to its pool after this.
                connection.Dispose();
                await upload.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async ValueTask<Http1Response> ReadHeadAsync(Http1Connection connection, CancellationToken cancellation)
    {
        while (true)
        {
            var response = await HeadReader.ReadAsync(connection, cancellation).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                throw new IOException("it wants another protocol");
            }

            if (!response.IsInterim)
            {
                return response;
            }

            response.Dispose();
        }
    }

    private async ValueTask<Http1Connection> DialAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(address.IdnHost, address.Port), cancellation).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            if (address.Scheme == Uri.UriSchemeHttps)
            {
                stream = await tls.HandshakeAsync(stream, address.IdnHost, http2: false, cancellation).ConfigureAwait(false);
            }

            return new Http1Connection(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
