using System.Collections.Concurrent;

namespace Ingress.Proxy.Tls.Acme.Challenges;

/// <summary>The HTTP-01 proofs that all resolvers have pending, by token.</summary>
internal sealed class ChallengeTokens
{
    private readonly ConcurrentDictionary<string, ChallengeSubject> pending = new(StringComparer.Ordinal);

    public void Add(ChallengeSubject subject) => pending[subject.Token] = subject;

    public void Remove(string token) => pending.TryRemove(token, out _);

    /// <summary>The key authorization for a token of this host, or null.</summary>
    public string? Find(string host, string token) =>
        pending.TryGetValue(token, out var subject) && subject.Name.Equals(host, StringComparison.OrdinalIgnoreCase) ? subject.KeyAuthorization : null;
}
