using System.Text.Json.Nodes;

namespace Ingress.Proxy.Tls.Acme.Storage;

/// <summary>What acme.json holds for one resolver.</summary>
internal sealed record StoredResolver(StoredAccount? Account, IReadOnlyList<StoredCertificate> Certificates)
{
    public static StoredResolver Empty { get; } = new(null, []);
}

/// <summary>An account at an authority. The private key is DER.</summary>
internal sealed record StoredAccount(string Email, JsonNode? RegistrationBody, string RegistrationUrl, byte[] PrivateKey)
{
    /// <summary>Without the key, which must not reach a log.</summary>
    public override string ToString() => $"StoredAccount {{ Url = {RegistrationUrl} }}";
}

/// <summary>A certificate with its chain and its key, both PEM.</summary>
internal sealed record StoredCertificate(string Main, IReadOnlyList<string> Sans, byte[] Certificate, byte[] Key)
{
    /// <summary>The TLS store it belongs to; Traefik knows only this one.</summary>
    public string Store { get; init; } = "default";

    public IEnumerable<string> Names => Sans.Prepend(Main);

    /// <summary>Without the key, which must not reach a log.</summary>
    public override string ToString() => $"StoredCertificate {{ Main = {Main} }}";
}
