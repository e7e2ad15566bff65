using System.Text.Json;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>Where the authority's resources are (RFC 8555, 7.1.1).</summary>
internal sealed record AcmeDirectory(string NewNonce, string NewAccount, string NewOrder, string? RenewalInfo, IReadOnlyList<string> Profiles, bool NeedsBinding)
{
    public static AcmeDirectory Read(JsonElement document)
    {
        List<string> profiles = [];
        var binding = false;
        if (document.TryGetProperty("meta", out var meta) && meta.ValueKind == JsonValueKind.Object)
        {
            binding = meta.TryGetProperty("externalAccountRequired", out var required) && required.ValueKind == JsonValueKind.True;
            if (meta.TryGetProperty("profiles", out var offered) && offered.ValueKind == JsonValueKind.Object)
            {
                profiles.AddRange(offered.EnumerateObject().Select(profile => profile.Name));
            }
        }

        return new AcmeDirectory(
            AcmeJson.Link(document, "newNonce"),
            AcmeJson.Link(document, "newAccount"),
            AcmeJson.Link(document, "newOrder"),
            document.TryGetProperty("renewalInfo", out _) ? AcmeJson.Link(document, "renewalInfo") : null,
            profiles,
            binding);
    }
}

/// <summary>An order (RFC 8555, 7.1.3).</summary>
internal sealed record AcmeOrder(string Url, string Status, IReadOnlyList<string> Authorizations, string Finalize, string? Certificate, AcmeProblem? Problem)
{
    public static AcmeOrder Read(JsonElement document, string url) => new(
        url,
        AcmeJson.Text(document, "status"),
        AcmeJson.Links(document, "authorizations"),
        AcmeJson.Link(document, "finalize"),
        document.TryGetProperty("certificate", out _) ? AcmeJson.Link(document, "certificate") : null,
        document.TryGetProperty("error", out var error) ? AcmeProblem.Read(error, 0) : null);
}

/// <summary>What the authority wants to be shown for one name (RFC 8555, 7.1.4).</summary>
internal sealed record AcmeAuthorization(string Url, string Status, string Name, bool Wildcard, IReadOnlyList<AcmeChallenge> Challenges)
{
    public static AcmeAuthorization Read(JsonElement document, string url)
    {
        List<AcmeChallenge> challenges = [];
        if (document.TryGetProperty("challenges", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            challenges.AddRange(list.EnumerateArray().Select(AcmeChallenge.Read));
        }

        var name = document.TryGetProperty("identifier", out var identifier) ? AcmeJson.Text(identifier, "value") : "";
        var wildcard = document.TryGetProperty("wildcard", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new AcmeAuthorization(url, AcmeJson.Text(document, "status"), name, wildcard, challenges);
    }
}

/// <summary>One way to show it (RFC 8555, 7.1.5).</summary>
internal sealed record AcmeChallenge(string Type, string Url, string Token, string Status, AcmeProblem? Problem)
{
    public static AcmeChallenge Read(JsonElement document)
    {
        var token = AcmeJson.Text(document, "token");
        if (token.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_')))
        {
            // A token becomes part of a path and of a file name in scripts: the alphabet of RFC 8555 8.1 keeps it harmless.
            throw new AcmeException("the authority sent a challenge token with forbidden characters");
        }

        return new AcmeChallenge(
            AcmeJson.Text(document, "type"),
            AcmeJson.Link(document, "url"),
            token,
            AcmeJson.Text(document, "status"),
            document.TryGetProperty("error", out var error) ? AcmeProblem.Read(error, 0) : null);
    }
}

/// <summary>Reads members of the authority's documents and refuses what a well-behaved one never sends.</summary>
internal static class AcmeJson
{
    public static string Text(JsonElement document, string name) =>
        document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public static string Link(JsonElement document, string name) => CheckedLink(Text(document, name), name);

    public static IReadOnlyList<string> Links(JsonElement document, string name)
    {
        if (!document.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        return [.. list.EnumerateArray().Take(200).Select(link => CheckedLink(link.ValueKind == JsonValueKind.String ? link.GetString()! : "", name))];
    }

    /// <summary>Only https is followed: a link to plain http or to a local service would send signed requests astray.</summary>
    public static string CheckedLink(string link, string name) =>
        Uri.TryCreate(link, UriKind.Absolute, out var parsed) && parsed.Scheme == Uri.UriSchemeHttps
            ? link
            : throw new AcmeException($"the authority's answer has no https link for \"{name}\"");
}
