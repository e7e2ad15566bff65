using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Tls.Acme.Challenges;

/// <summary>HTTP-01: the proof is a document under <c>/.well-known/acme-challenge/</c> on port 80, which <see cref="AcmeHttpService"/> serves.</summary>
internal sealed class Http01Challenge(ChallengeTokens tokens, GoDuration delay, TimeProvider time) : IChallenge
{
    public string Type => "http-01";

    public bool OneAtATime => false;

    public Task PresentAsync(ChallengeSubject subject, CancellationToken cancellation)
    {
        tokens.Add(subject);
        return Task.CompletedTask;
    }

    public Task SettleAsync(ChallengeSubject subject, CancellationToken cancellation) => Task.Delay(delay.ToTimeSpan(), time, cancellation);

    public Task CleanUpAsync(ChallengeSubject subject, CancellationToken cancellation)
    {
        tokens.Remove(subject.Token);
        return Task.CompletedTask;
    }
}
