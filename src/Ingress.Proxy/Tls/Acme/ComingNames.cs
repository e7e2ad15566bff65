namespace Ingress.Proxy.Tls.Acme;

/// <summary>Names that wanted certificates will bring, so that none is ordered for a smaller set of them as well.</summary>
internal sealed class ComingNames
{
    // What a wildcard covers may be many names, not to be ordered one by one because of a moment's trouble with the name servers.
    private const int RefusalsOfAWildcard = 3;
    private readonly HashSet<string> wildcards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> largestSets = new(StringComparer.Ordinal);

    /// <param name="certificates">What is wanted. What the authority refuses does not count, as others are not to suffer from that.</param>
    public ComingNames(IEnumerable<ManagedCertificate> certificates)
    {
        foreach (var certificate in certificates)
        {
            foreach (var name in certificate.Names)
            {
                if (certificate.Refusals == 0)
                {
                    largestSets[name] = Math.Max(certificate.Names.Count, largestSets.GetValueOrDefault(name));
                }

                if (certificate.Refusals < RefusalsOfAWildcard && NameSets.IsWildcard(name))
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
