namespace Ingress.Proxy.Tls.Acme;

/// <summary>Names that wanted certificates will bring, so that none is ordered for a smaller set of them as well.</summary>
internal sealed class ComingNames
{
    private readonly HashSet<string> wildcards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> largestSets = new(StringComparer.Ordinal);

    /// <param name="certificates">What is wanted, but for what the authority has refused: others are not to suffer from that.</param>
    public ComingNames(IEnumerable<ManagedCertificate> certificates)
    {
        foreach (var certificate in certificates)
        {
            foreach (var name in certificate.Names)
            {
                largestSets[name] = Math.Max(certificate.Names.Count, largestSets.GetValueOrDefault(name));
                if (NameSets.IsWildcard(name))
                {
                    wildcards.Add(name);
                }
            }
        }
    }

    /// <summary>Whether a name of a certificate comes with another one: with a wildcard that covers it, or in a larger set.</summary>
    public bool Bring(string name, ManagedCertificate certificate)
        => largestSets.GetValueOrDefault(name) > certificate.Names.Count || (!NameSets.IsWildcard(name) && wildcards.Contains(NameSets.WildcardFor(name)));
}
