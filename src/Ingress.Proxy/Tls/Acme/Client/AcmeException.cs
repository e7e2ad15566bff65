namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>Why an ACME step failed, in words fit for a log, a status page and an operator.</summary>
internal class AcmeException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The earliest time at which another try makes sense, where the authority named one.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Whether the authority was not reached at all, so that it counted nothing against us.</summary>
    public bool Unreachable { get; init; }
}

/// <summary>The authority answered with a problem document (RFC 7807).</summary>
internal sealed class AcmeProblemException(AcmeProblem problem, string prefix = "") : AcmeException(prefix + problem)
{
    public AcmeProblem Problem { get; } = problem;
}
