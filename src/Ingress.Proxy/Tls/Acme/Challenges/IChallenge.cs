namespace Ingress.Proxy.Tls.Acme.Challenges;

/// <summary>One way to prove control of a name (RFC 8555, section 8).</summary>
internal interface IChallenge
{
    /// <summary>The protocol's word, such as <c>http-01</c>.</summary>
    string Type { get; }

    /// <summary>Whether a name's challenge must be over before the next name's may begin.</summary>
    bool OneAtATime { get; }

    /// <summary>Makes the proof available.</summary>
    Task PresentAsync(ChallengeSubject subject, CancellationToken cancellation);

    /// <summary>Waits until the authority may be asked to look.</summary>
    Task SettleAsync(ChallengeSubject subject, CancellationToken cancellation);

    /// <summary>Takes the proof away again; called after every <see cref="PresentAsync"/>, whatever came of it.</summary>
    Task CleanUpAsync(ChallengeSubject subject, CancellationToken cancellation);
}

/// <summary>What is to be proved.</summary>
/// <param name="Name">The name, without the asterisk of a wildcard.</param>
/// <param name="Token">The authority's token.</param>
/// <param name="KeyAuthorization">Token and account key, the text that proves it.</param>
internal sealed record ChallengeSubject(string Name, string Token, string KeyAuthorization);
