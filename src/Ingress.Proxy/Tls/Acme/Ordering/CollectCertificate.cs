using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Tls.Acme.Client;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>Fetches the certificate and, where the operator prefers one, the chain by the right issuer.</summary>
internal sealed partial class CollectCertificate : IOrderState
{
    public async Task<IOrderState?> RunAsync(OrderRun run, CancellationToken cancellation)
    {
        var reply = await run.Client.PostAsync(run.Order!.Certificate!, null, cancellation);
        run.Chain = Checked(run, reply.BodyText);
        var preferred = run.Options.PreferredChain;
        if (preferred.Length == 0 || HasIssuer(run.Chain, preferred))
        {
            return null;
        }

        foreach (var alternate in reply.Alternates)
        {
            var other = Checked(run, (await run.Client.PostAsync(alternate, null, cancellation)).BodyText);
            if (HasIssuer(other, preferred))
            {
                run.Chain = other;
                return null;
            }
        }

        LogNoSuchChain(run.Logger, preferred, run.Names[0]);
        return null;
    }

    /// <summary>An authority that sends another's certificate, or one for other names, must not get it into use.</summary>
    private static string Checked(OrderRun run, string chain)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(chain);
            using var joined = run.Key.Join(leaf);
            if (run.Names.FirstOrDefault(name => !Covers(leaf, name)) is { } missing)
            {
                throw new AcmeException($"the certificate that the authority sent is not for {missing}");
            }

            return chain;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw new AcmeException("the authority sent something that is not a certificate for the requested key: " + failure.Message, failure);
        }
    }

    private static bool Covers(X509Certificate2 leaf, string name) =>
        name.StartsWith("*.", StringComparison.Ordinal)
            ? leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any(names => names.EnumerateDnsNames().Contains(name, StringComparer.OrdinalIgnoreCase))
            : leaf.MatchesHostname(name);

    private static bool HasIssuer(string chain, string commonName)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(chain);
        return certificates.Any(certificate => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true) == commonName);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No chain with the issuer {Preferred} (preferredChain) is offered for {Name}; the default chain is used")]
    private static partial void LogNoSuchChain(ILogger logger, string preferred, string name);
}
