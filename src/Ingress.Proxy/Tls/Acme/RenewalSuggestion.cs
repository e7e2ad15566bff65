using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>The authority's suggestion when to renew a certificate (RFC 9773).</summary>
/// <param name="Start">The begin of the window to renew in.</param>
/// <param name="End">Its end.</param>
/// <param name="Explanation">A page that tells why, or empty.</param>
/// <param name="AskAgainAt">When to ask again, where the authority said so.</param>
internal sealed record RenewalSuggestion(DateTimeOffset Start, DateTimeOffset End, string Explanation, DateTimeOffset? AskAgainAt)
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Latest = TimeSpan.FromDays(1);

    /// <summary>When to ask again: when the authority said, but within a minute and a day (RFC 9773, section 4.3).</summary>
    public static DateTimeOffset Next(DateTimeOffset? asked, DateTimeOffset now, TimeSpan usual) =>
        asked is not { } moment ? now + usual : moment < now + Soonest ? now + Soonest : moment > now + Latest ? now + Latest : moment;

    public static RenewalSuggestion Read(AcmeReply reply)
    {
        var document = reply.Json();
        if (!document.TryGetProperty("suggestedWindow", out var window) || window.ValueKind != JsonValueKind.Object
            || !TryTime(window, "start", out var start) || !TryTime(window, "end", out var end) || end < start)
        {
            throw new AcmeException("the renewal information of the authority has no usable window");
        }

        return new RenewalSuggestion(start, end, AcmeJson.Text(document, "explanationURL"), reply.RetryAt);
    }

    /// <summary>What names a certificate to the authority: key identifier of its issuer and serial number. Null where the certificate lacks the former.</summary>
    public static string? Identify(X509Certificate2 leaf)
    {
        var issuer = leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        if (issuer is not { } identifier)
        {
            return null;
        }

        // The serial number as DER has it: with a zero in front where the first bit is set.
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteIntegerUnsigned(leaf.SerialNumberBytes.Span.TrimStart((byte)0) is { Length: > 0 } digits ? digits : [0]);
        return Base64Url.Encode(identifier.Span) + "." + Base64Url.Encode(AsnDecoder.ReadIntegerBytes(writer.Encode(), AsnEncodingRules.DER, out _));
    }

    private static bool TryTime(JsonElement window, string name, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(AcmeJson.Text(window, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
