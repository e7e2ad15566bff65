using System.Globalization;
using System.Net;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Pipeline.Services.Health;

/// <summary>Asks for a path and looks at the status.</summary>
internal sealed class HttpHealthProbe(ServerUrl server, HealthCheckOptions options, ServersTransport transport, TimeSpan timeout) : IHealthProbe
{
    private const int MostRedirects = 10;

    private readonly ProbeAddress address = new(server, options);

    /// <inheritdoc/>
    public async Task<string?> AskAsync(CancellationToken cancellation)
    {
        if (address.Fault is not null)
        {
            return address.Fault;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            return await AskAsync(address.Uri!, limit.Token).ConfigureAwait(false);
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

    private async Task<string?> AskAsync(Uri uri, CancellationToken cancellation)
    {
        for (var redirects = 0; redirects < MostRedirects; redirects++)
        {
            using var request = NewRequest(uri);
            using var response = await transport.Invoker.SendAsync(request, cancellation).ConfigureAwait(false);
            if ((options.FollowRedirects ?? true) && IsRedirect(response.StatusCode) && response.Headers.Location is { } location)
            {
                uri = new Uri(uri, location);
                continue;
            }

            var status = (int)response.StatusCode;
            var isWell = options.Status == 0 ? status is >= 200 and < 400 : status == options.Status;
            return isWell ? null : $"{uri} answered {status}, not {(options.Status == 0 ? "200 to 399" : options.Status.ToString(CultureInfo.InvariantCulture))}";
        }

        return $"{uri}: more than {MostRedirects} redirects";
    }

    private HttpRequestMessage NewRequest(Uri uri)
    {
        var request = new HttpRequestMessage(new HttpMethod(options.Method.Length == 0 ? "GET" : options.Method.ToUpperInvariant()), uri)
        {
            Version = address.IsPriorKnowledge ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = address.IsPriorKnowledge ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
        foreach (var (name, value) in options.Headers)
        {
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Host = value;
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (options.Hostname.Length > 0)
        {
            request.Headers.Host = options.Hostname;
        }

        return request;
    }

    private static bool IsRedirect(HttpStatusCode status)
        => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}
