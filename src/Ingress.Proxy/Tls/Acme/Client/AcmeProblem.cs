using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>A problem document of the authority (RFC 7807, RFC 8555 section 6.7).</summary>
/// <param name="Type">The URN of the kind of problem.</param>
/// <param name="Detail">The authority's own words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Parts">Problems of single names, each text with the name in front.</param>
internal sealed record AcmeProblem(string Type, string Detail, int Status, IReadOnlyList<string> Parts)
{
    private const string Urn = "urn:ietf:params:acme:error:";
    private const int LongestText = 600;

    /// <summary>The kind without the URN's common part, such as <c>rateLimited</c>.</summary>
    public string Kind => Type.StartsWith(Urn, StringComparison.Ordinal) ? Type[Urn.Length..] : Type;

    /// <summary>What the operator can do about it, or empty.</summary>
    public string Advice => Kind switch
    {
        "connection" => "the authority could not connect to this server: check the DNS record, the port forwarding (80 or 443) and the firewall",
        "dns" => "the authority could not look the name up: check its DNS records and DNSSEC",
        "caa" => "a CAA record of the domain forbids this authority",
        "unauthorized" => "the authority reached something else than this server, or the account may not do this",
        "incorrectResponse" => "another server answered the challenge: check where the name points to",
        "tls" => "the TLS handshake for the challenge failed: is port 443 passed through unchanged?",
        "rateLimited" => "too many requests; the next try waits as long as the authority asks",
        "rejectedIdentifier" => "the authority does not issue for this name",
        "unsupportedIdentifier" => "the authority does not issue for this kind of name",
        "externalAccountRequired" => "this authority needs eab.kid and eab.hmacEncoded",
        "accountDoesNotExist" => "the authority does not know the stored account",
        "badCSR" => "the authority refuses the certificate request, perhaps its key type",
        "invalidProfile" => "the authority does not offer this profile",
        "userActionRequired" => "the authority wants its terms to be accepted anew",
        _ => "",
    };

    public override string ToString()
    {
        var text = new StringBuilder("acme: error: ").Append(Status).Append(" :: ").Append(Type).Append(" :: ").Append(Detail);
        foreach (var part in Parts)
        {
            text.Append("; ").Append(part);
        }

        return text.ToString();
    }

    /// <summary>Reads a problem document; whatever is not one becomes the text of an ordinary error.</summary>
    public static AcmeProblem Read(JsonElement? document, int status)
    {
        if (document is not { ValueKind: JsonValueKind.Object } problem)
        {
            return new AcmeProblem("about:blank", "the answer is not a problem document", status, []);
        }

        if (problem.TryGetProperty("status", out var own) && own.TryGetInt32(out var number))
        {
            status = number;
        }

        List<string> parts = [];
        if (problem.TryGetProperty("subproblems", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in list.EnumerateArray().Take(20))
            {
                var name = part.TryGetProperty("identifier", out var identifier) ? Text(identifier, "value") : "";
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {Text(part, "type")} :: {Text(part, "detail")}"));
            }
        }

        return new AcmeProblem(Text(problem, "type") is { Length: > 0 } type ? type : "about:blank", Text(problem, "detail"), status, parts);
    }

    /// <summary>A text of the authority, cut and without control characters: it ends in logs and pages.</summary>
    private static string Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return "";
        }

        var text = value.GetString()!;
        text = text.Length > LongestText ? text[..LongestText] + "…" : text;
        return string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
    }
}
