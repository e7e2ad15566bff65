namespace Ingress.Proxy.Tls.Acme;

/// <summary>A set of names that one certificate should be for.</summary>
/// <param name="Main">The first name; it becomes the common name.</param>
/// <param name="Sans">The further names.</param>
/// <param name="Because">What asks for it, in words: a router or an entry point.</param>
internal sealed record WantedCertificate(string Main, IReadOnlyList<string> Sans, string Because)
{
    /// <summary>All names, the common name first.</summary>
    public IEnumerable<string> Names => Sans.Prepend(Main);

    /// <summary>Whether it is for just these names, whatever other certificates cover: the default certificate is found by them.</summary>
    public bool IsDefault { get; init; }
}
