namespace Ingress.Proxy.Tls.Acme;

/// <summary>The test instances that public authorities run, where a failed order counts against nothing.</summary>
internal static class TestInstances
{
    /// <summary>The test instance of an authority, or null where none is known.</summary>
    public static string? Of(string caServer) => caServer.TrimEnd('/') switch
    {
        "https://acme-v02.api.letsencrypt.org/directory" => "https://acme-staging-v02.api.letsencrypt.org/directory",
        "https://dv.acme-v02.api.pki.goog/directory" => "https://dv.acme-v02.test-api.pki.goog/directory",
        _ => null,
    };
}
