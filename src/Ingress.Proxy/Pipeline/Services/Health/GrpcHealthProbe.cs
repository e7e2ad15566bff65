using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Pipeline.Services.Health;

/// <summary>Calls the standard gRPC health service for the server as a whole; SERVING is well.</summary>
internal sealed class GrpcHealthProbe(ServerUrl server, HealthCheckOptions options, ServersTransport transport, TimeSpan timeout) : IHealthProbe
{
    private const int Serving = 1;
    private const int LongestAnswer = 4096;

    // Not compressed, and a message of no bytes: the request names no single service.
    private static readonly byte[] EmptyMessage = [0, 0, 0, 0, 0];

    private readonly ProbeAddress address = new(server, options with { Path = "/grpc.health.v1.Health/Check" });

    /// <inheritdoc/>
    public async Task<string?> AskAsync(CancellationToken cancellation)
    {
        if (address.Uri is null)
        {
            return address.Fault;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            using var request = NewRequest(address.Uri);
            using var response = await transport.Invoker.SendAsync(request, limit.Token).ConfigureAwait(false);
            return await JudgeAsync(response, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer from {address.Uri} within {timeout.TotalSeconds:0.###} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or TimeoutException)
        {
            return $"{address.Uri}: {ErrorResponses.Explain(fault)}";
        }
    }

    private HttpRequestMessage NewRequest(Uri uri)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(EmptyMessage),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        if (options.Hostname.Length > 0)
        {
            request.Headers.Host = options.Hostname;
        }

        return request;
    }

    private async Task<string?> JudgeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return $"{address.Uri} answered {(int)response.StatusCode}";
        }

        using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[LongestAnswer];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (GrpcStatus(response) is { } status && status != "0")
        {
            return $"{address.Uri} answered gRPC status {status}";
        }

        // The message has one field, number 1, a varint.
        var serving = length >= 7 && buffer[5] == 0x08 ? buffer[6] : 0;
        return serving == Serving ? null : $"{address.Uri} is not SERVING (health status {serving})";
    }

    private static string? GrpcStatus(HttpResponseMessage response)
    {
        const string Name = "grpc-status";
        return response.TrailingHeaders.TryGetValues(Name, out var trailing) || response.Headers.TryGetValues(Name, out trailing) ? trailing.FirstOrDefault() : null;
    }
}
