using System.Globalization;
using System.Text.Json;
using Ingress.Proxy.Tls.Acme;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>
/// <c>/api/ingress/certificates</c> (beyond Traefik): how things stand with every certificate, also with one that could not be obtained yet. What needs
/// attention comes first.
/// </summary>
internal static class CertificateStateResource
{
    /// <summary>Answers the request.</summary>
    public static Task AnswerAsync(HttpContext context, ProxyHost host)
    {
        var states = host.CertificateStates()
            .OrderBy(state => state.State is "valid" or "renewing")
            .ThenBy(state => state.Main, StringComparer.Ordinal)
            .ThenBy(state => state.Resolver, StringComparer.Ordinal);
        return ApiAnswers.PageAsync(context, [.. states], Write);
    }

    private static void Write(Utf8JsonWriter writer, AcmeNameStatus status)
    {
        writer.WriteStartObject();
        writer.WriteString("state", status.State);
        ObjectText.WriteList(writer, "names", status.Sans.Prepend(status.Main));
        WriteText(writer, "resolver", status.Resolver);
        WriteText(writer, "wantedBy", status.Because);
        WriteText(writer, "issuer", status.Issuer);
        WriteTime(writer, "notAfter", status.NotAfter);
        WriteTime(writer, "renewAt", status.RenewAt);
        WriteTime(writer, "nextTry", status.NextTry);
        if (status.Failures > 0)
        {
            writer.WriteNumber("failures", status.Failures);
        }

        WriteText(writer, "problem", status.Problem);
        WriteText(writer, "advice", status.Advice);
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string key, string value)
    {
        if (value.Length > 0)
        {
            writer.WriteString(key, value);
        }
    }

    private static void WriteTime(Utf8JsonWriter writer, string key, DateTimeOffset? value)
    {
        if (value is { } moment)
        {
            writer.WriteString(key, moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
    }
}
