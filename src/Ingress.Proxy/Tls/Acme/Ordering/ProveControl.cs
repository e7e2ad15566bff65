using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.Acme.Client;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Ordering;

/// <summary>Proves control of every name that the authority has no proof for yet.</summary>
internal sealed partial class ProveControl : IOrderState
{
    public async Task<IOrderState?> RunAsync(OrderRun run, CancellationToken cancellation)
    {
        var authorizations = await Task.WhenAll(run.Order!.Authorizations.Select(url => run.Client.ReadAuthorizationAsync(url, cancellation)));
        List<Proof> open = [];
        try
        {
            foreach (var (authorization, _) in authorizations.Where(found => found.Authorization.Status != "valid"))
            {
                open.Add(Choose(run, authorization));
            }

            await ProveAsync(run, open, cancellation);
        }
        catch (AcmeException)
        {
            await GiveUpAsync(run, authorizations.Select(found => found.Authorization), cancellation);
            throw;
        }

        return new FinalizeOrder();
    }

    private static Proof Choose(OrderRun run, AcmeAuthorization authorization)
    {
        if (authorization.Status != "pending")
        {
            throw new AcmeException($"{authorization.Name}: the authorization is {authorization.Status}");
        }

        foreach (var challenge in run.Challenges)
        {
            if (authorization.Challenges.FirstOrDefault(offer => offer.Type == challenge.Type) is { } offer)
            {
                return new Proof(authorization, offer, challenge, new ChallengeSubject(authorization.Name, offer.Token, offer.Token + "." + run.Client.Key.Thumbprint));
            }
        }

        var (name, offered) = (authorization.Wildcard ? "*." + authorization.Name : authorization.Name, string.Join(", ", authorization.Challenges.Select(offer => offer.Type)));
        throw new AcmeException(
            $"{name}: could not determine solvers: the authority offers {offered}, the resolver is set up for {string.Join(", ", run.Challenges.Select(own => own.Type))}"
            + (authorization.Wildcard ? "; a wildcard needs dnsChallenge" : ""));
    }

    /// <summary>All proofs are shown first and then looked at, except where a challenge can show one only.</summary>
    private static async Task ProveAsync(OrderRun run, List<Proof> proofs, CancellationToken cancellation)
    {
        foreach (var single in proofs.Where(proof => proof.Challenge.OneAtATime))
        {
            await ShowAndAskAsync(run, [single], cancellation);
        }

        await ShowAndAskAsync(run, [.. proofs.Where(proof => !proof.Challenge.OneAtATime)], cancellation);
    }

    private static async Task ShowAndAskAsync(OrderRun run, List<Proof> proofs, CancellationToken cancellation)
    {
        List<Proof> shown = [];
        try
        {
            foreach (var proof in proofs)
            {
                LogChallenge(run.Logger, proof.Subject.Name, proof.Challenge.Type);
                shown.Add(proof);
                await proof.Challenge.PresentAsync(proof.Subject, cancellation);
            }

            await Task.WhenAll(proofs.Select(proof => AskAsync(run, proof, cancellation)));
        }
        finally
        {
            foreach (var proof in shown)
            {
                await CleanUpAsync(run, proof);
            }
        }
    }

    private static async Task AskAsync(OrderRun run, Proof proof, CancellationToken cancellation)
    {
        await proof.Challenge.SettleAsync(proof.Subject, cancellation);
        await run.Client.PostAsync(proof.Offer.Url, new JsonObject(), cancellation);
        var polling = run.Poll();
        while (true)
        {
            var (authorization, reply) = await run.Client.ReadAuthorizationAsync(proof.Authorization.Url, cancellation);
            if (authorization.Status == "valid")
            {
                LogValidated(run.Logger, proof.Subject.Name);
                return;
            }

            if (authorization.Status != "pending")
            {
                throw Refused(authorization, proof);
            }

            await polling.PauseAsync(reply, proof.Subject.Name, cancellation);
        }
    }

    private static AcmeException Refused(AcmeAuthorization authorization, Proof proof)
    {
        var problem = authorization.Challenges.FirstOrDefault(challenge => challenge.Type == proof.Offer.Type && challenge.Problem is not null)?.Problem;
        return problem is null
            ? new AcmeException($"{authorization.Name}: the authorization became {authorization.Status}")
            : new AcmeProblemException(problem, $"one or more domains had a problem: {authorization.Name}: invalid authorization: ");
    }

    private static async Task CleanUpAsync(OrderRun run, Proof proof)
    {
        try
        {
            // The process may be ending; the record in somebody's DNS has to go all the same.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), run.Time);
            await proof.Challenge.CleanUpAsync(proof.Subject, limit.Token);
        }
        catch (Exception failure) when (failure is AcmeException or OperationCanceledException)
        {
            LogNotCleaned(run.Logger, proof.Subject.Name, failure.Message);
        }
    }

    /// <summary>Pending authorizations count against limits of the authority, so they are handed back.</summary>
    private static async Task GiveUpAsync(OrderRun run, IEnumerable<AcmeAuthorization> authorizations, CancellationToken cancellation)
    {
        foreach (var pending in authorizations.Where(authorization => authorization.Status == "pending"))
        {
            try
            {
                await run.Client.PostAsync(pending.Url, new JsonObject { ["status"] = "deactivated" }, cancellation);
            }
            catch (AcmeException)
            {
                // It is invalid already, or it lapses by itself.
            }
        }
    }

    private sealed record Proof(AcmeAuthorization Authorization, AcmeChallenge Offer, IChallenge Challenge, ChallengeSubject Subject);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Proving control of {Name} by {Challenge}")]
    private static partial void LogChallenge(ILogger logger, string name, string challenge);

    [LoggerMessage(Level = LogLevel.Information, Message = "The authority accepted the proof for {Name}")]
    private static partial void LogValidated(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The proof for {Name} could not be removed: {Reason}")]
    private static partial void LogNotCleaned(ILogger logger, string name, string reason);
}
