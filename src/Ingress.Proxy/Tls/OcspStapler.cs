using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Tls.OpenSsl;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls;

/// <summary>
/// Keeps OCSP answers (RFC 6960) for certificates that name a responder, so that handshakes can carry them (<c>ocsp</c>). All in the background: a handshake
/// takes what is there, and none where nothing is.
/// </summary>
internal sealed partial class OcspStapler(OcspOptions options, IReadOnlyList<ServedCertificate> certificates, TimeProvider time, ILogger<OcspStapler> logger)
{
    private const int LargestAnswer = 64 * 1024;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = Longest })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = LargestAnswer,
    };

    /// <summary>Asks whenever an answer is half through its life or missing, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var asked = certificates.Where(certificate => RespondersOf(certificate).Count > 0).ToList();
        while (asked.Count > 0)
        {
            var next = time.GetUtcNow() + Longest;
            foreach (var certificate in asked)
            {
                if (certificate.Staple.Due <= time.GetUtcNow())
                {
                    await RefreshAsync(certificate, cancellation).ConfigureAwait(false);
                }

                next = certificate.Staple.Due < next ? certificate.Staple.Due : next;
            }

            var pause = next - time.GetUtcNow();
            await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task RefreshAsync(ServedCertificate certificate, CancellationToken cancellation)
    {
        var staple = certificate.Staple;
        staple.Due = time.GetUtcNow() + AfterFailure;
        if (certificate.Chain.Count == 0)
        {
            LogNoIssuer(logger, certificate.Key);
            return;
        }

        using var question = new OcspQuestion(certificate.Leaf, certificate.Chain[0]);
        foreach (var responder in RespondersOf(certificate))
        {
            try
            {
                var bytes = await AskAsync(responder, question.Encode(), cancellation).ConfigureAwait(false);
                Keep(staple, bytes, question.Read(bytes), certificate.Key);
                return;
            }
            catch (Exception failure) when (failure is HttpRequestException or CryptographicException or UriFormatException or NotSupportedException or InvalidOperationException
                || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                LogNoAnswer(logger, responder, certificate.Key, failure.Message);
            }
        }

        if (staple.End <= time.GetUtcNow())
        {
            staple.Current = null;
        }
    }

    private void Keep(OcspStaple staple, byte[] bytes, OcspAnswer answer, string names)
    {
        if (answer.Until <= TimeSpan.Zero)
        {
            throw new CryptographicException("the answer is out of date");
        }

        if (answer.IsRevoked)
        {
            LogRevoked(logger, names);
        }

        var now = time.GetUtcNow();
        staple.Current = bytes;
        staple.End = answer.Until is { } until ? now + until : DateTimeOffset.MaxValue;
        staple.Due = answer.Until is { } end ? Later(now + answer.Since + ((end - answer.Since) / 2), now + TimeSpan.FromSeconds(1)) : now + Longest;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static async Task<byte[]> AskAsync(string responder, byte[] question, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, responder) { Content = new ByteArrayContent(question) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
        using var answer = await Client.SendAsync(request, cancellation).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
    }

    private List<string> RespondersOf(ServedCertificate certificate)
        => [.. certificate.Leaf.Extensions.OfType<X509AuthorityInformationAccessExtension>().SelectMany(extension => extension.EnumerateOcspUris())
            .Select(url => options.ResponderOverrides.GetValueOrDefault(url, url))];

    [LoggerMessage(Level = LogLevel.Error, Message = "Unable to staple OCSP for {Names}: certFile lacks the issuer's certificate; append it")]
    private static partial void LogNoIssuer(ILogger logger, string names);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No OCSP answer from {Responder} for {Names}: {Reason}; serving goes on")]
    private static partial void LogNoAnswer(ILogger logger, string responder, string names, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The certificate of {Names} has been revoked by its authority; replace it")]
    private static partial void LogRevoked(ILogger logger, string names);
}
