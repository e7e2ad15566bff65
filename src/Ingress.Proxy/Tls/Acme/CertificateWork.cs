using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Storage;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>What is done for one certificate when it is due, and what follows from success and failure. The lock is its resolver's.</summary>
internal sealed partial class CertificateWork(string resolver, ResolverParts parts, OrderDesk desk, RetryBudget budget, Lock access, ILogger logger)
{
    private static readonly TimeSpan RemindEvery = TimeSpan.FromDays(1);

    /// <summary>Called after a certificate has been taken into use.</summary>
    public required Action Obtained { get; init; }

    /// <summary>Called after the authority has refused a certificate.</summary>
    public required Action Refused { get; init; }

    /// <summary>Called when an operator should hear of something.</summary>
    public required Action<AcmeAlert> Alert { get; init; }

    /// <summary>Orders or renews one certificate and notes what came of it.</summary>
    public async Task OrderAsync(ManagedCertificate entry, CancellationToken cancellation)
    {
        try
        {
            if (entry.Offered is null)
            {
                LogObtain(logger, string.Join(", ", entry.Names), entry.Because, resolver);
                await ExamineAsync(entry, cancellation);
            }
            else
            {
                LogRenew(logger, string.Join(", ", entry.Names), entry.NotAfter!.Value, resolver);
            }

            await RehearseAsync(entry, cancellation);
            using var key = entry.StoredKey();
            var replaces = entry.Offered is { } old ? RenewalSuggestion.Identify(old.Leaf) : null;
            Succeeded(entry, await desk.OrderAsync(entry.Names, key, replaces, entry.Refusals, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The process ends. The order is placed anew at the next start.
        }
        catch (AcmeException failure)
        {
            Failed(entry, failure);
        }
        catch (Exception failure)
        {
            // A flaw in one name's order must not end the renewal of all others.
            Failed(entry, new AcmeException($"unexpected {failure.GetType().Name}: {failure.Message}", failure));
        }
    }

    /// <summary>Before the first order of a public name: is there a reason why it must fail?</summary>
    private async Task ExamineAsync(ManagedCertificate entry, CancellationToken cancellation)
    {
        if (entry.Examined || parts.Preflight is null)
        {
            return;
        }

        entry.Examined = true;
        if (await parts.Preflight.ExamineAsync(entry.Names, cancellation) is { Length: > 0 } finding)
        {
            entry.Advice = finding;
            LogFinding(logger, string.Join(", ", entry.Names), finding, resolver);
        }
    }

    /// <summary>After repeated refusals the authority's test instance is asked first, where a failure costs nothing.</summary>
    private async Task RehearseAsync(ManagedCertificate entry, CancellationToken cancellation)
    {
        if (parts.Rehearsal is null || entry.Refusals < ResolverParts.RefusalsBeforeRehearsal)
        {
            return;
        }

        try
        {
            await parts.Rehearsal.OrderAsync(entry.Names, null, null, entry.Refusals, cancellation);
            LogRehearsed(logger, string.Join(", ", entry.Names), resolver);
        }
        catch (AcmeProblemException failure) when (!failure.Unreachable)
        {
            throw new AcmeProblemException(failure.Problem, "tried at the authority's test instance first: ") { NotBefore = failure.NotBefore };
        }
        catch (AcmeException failure) when (failure.Unreachable)
        {
            // The test instance is a help, and its outage no reason to go without a certificate.
            LogNotRehearsed(logger, string.Join(", ", entry.Names), failure.Message, resolver);
        }
    }

    private void Succeeded(ManagedCertificate entry, StoredCertificate stored)
    {
        var now = parts.Time.GetUtcNow();
        bool recovered;
        lock (access)
        {
            entry.Take(stored with { Main = entry.Written[0], Sans = [.. entry.Written.Skip(1)] });
            recovered = entry.Told.Kind.Length > 0;
            entry.Told = ("", default);
            (entry.Refusals, entry.Silences, entry.Problem, entry.Advice, entry.RetryAt) = (0, 0, "", "", null);
            entry.AskSuggestionAt = now + parts.FirstSuggestion();
            if (entry.DueAt <= now)
            {
                // Either this clock or the authority's is wrong. Ordering in a circle would not mend it.
                entry.RetryAt = now + TimeSpan.FromHours(1);
                LogOldAlready(logger, entry.Names[0], resolver);
            }
        }

        LogObtained(logger, string.Join(", ", entry.Names), entry.NotAfter ?? now, resolver);
        Obtained();
        if (recovered)
        {
            Alert(new AcmeAlert("recovered", resolver, entry.Names[0], "the certificate has been obtained after failures", now));
        }
    }

    private void Failed(ManagedCertificate entry, AcmeException failure)
    {
        AcmeNameStatus status;
        lock (access)
        {
            if (failure.Unreachable)
            {
                entry.Silences++;
                entry.RetryAt = budget.AfterSilences(entry.Silences, entry.NotAfter);
            }
            else
            {
                entry.Refusals++;
                budget.Count(entry.Names);
                entry.RetryAt = budget.AfterRefusals(entry.Refusals, entry.Names, entry.NotAfter);
            }

            entry.MayRetryEarly = failure.NotBefore is null;
            if (failure.NotBefore is { } asked && asked > entry.RetryAt)
            {
                entry.RetryAt = asked;
            }

            entry.Problem = failure.Message;
            entry.Advice = failure is AcmeProblemException { Problem.Advice: { Length: > 0 } advice } ? advice : entry.Advice;
            entry.Running = false;
            status = entry.Status(resolver, parts.Time.GetUtcNow());
        }

        LogFailed(logger, string.Join(", ", entry.Names), failure.Message, status.Advice, entry.RetryAt!.Value, resolver);
        parts.Attempts.Write(resolver, budget.Snapshot());
        if (!failure.Unreachable)
        {
            Refused();
        }

        Warn(entry, status);
    }

    /// <summary>Tells the operator, but the same thing only once a day.</summary>
    private void Warn(ManagedCertificate entry, AcmeNameStatus status)
    {
        var now = parts.Time.GetUtcNow();
        var kind = (status.NotAfter - now) switch
        {
            null => "failed",
            { Ticks: <= 0 } => "expired",
            { } left when status.RenewAt is { } renewal && left < (status.NotAfter - renewal) / 2 => "expiring",
            _ => "failed",
        };
        lock (access)
        {
            if (entry.Told.Kind == kind && now - entry.Told.At < RemindEvery)
            {
                return;
            }

            entry.Told = (kind, now);
        }

        if (kind != "failed")
        {
            LogEnding(logger, string.Join(", ", entry.Names), status.NotAfter!.Value, status.Failures, resolver);
        }

        Alert(new AcmeAlert(kind, resolver, status.Main, status.Advice.Length > 0 ? $"{status.Problem}. {status.Advice}" : status.Problem, now));
    }

    /// <summary>Asks the authority when to renew (RFC 9773).</summary>
    public async Task AskSuggestionAsync(ManagedCertificate entry, CancellationToken cancellation)
    {
        var now = parts.Time.GetUtcNow();
        var next = now + ResolverParts.SuggestionEvery;
        try
        {
            if (entry.Offered is { } offered && RenewalSuggestion.Identify(offered.Leaf) is { } identifier
                && await desk.SuggestAsync(identifier, cancellation) is { } suggestion)
            {
                next = RenewalSuggestion.Next(suggestion.AskAgainAt, now, ResolverParts.SuggestionEvery);
                lock (access)
                {
                    if (ReferenceEquals(entry.Offered, offered))
                    {
                        entry.RenewAt = RenewalSchedule.RenewAt(
                            entry.NotBefore!.Value, entry.NotAfter!.Value, offered.Leaf.SerialNumber, suggestion.Start, suggestion.End);
                    }
                }

                LogSuggestion(logger, entry.Names[0], suggestion.Start, suggestion.End, suggestion.Explanation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
        catch (AcmeException failure)
        {
            // Only a suggestion: the certificate's own schedule stands.
            LogNoSuggestion(logger, entry.Names[0], failure.Message);
            next = RenewalSuggestion.Next(failure.NotBefore, now, ResolverParts.SuggestionEvery);
        }

        lock (access)
        {
            entry.AskSuggestionAt = next;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Obtaining a certificate for {Domains}, wanted by {Because} (resolver {Resolver})")]
    private static partial void LogObtain(ILogger logger, string domains, string because, string resolver);

    [LoggerMessage(Level = LogLevel.Information, Message = "Renewing the certificate for {Domains}, which ends {NotAfter:u} (resolver {Resolver})")]
    private static partial void LogRenew(ILogger logger, string domains, DateTimeOffset notAfter, string resolver);

    [LoggerMessage(Level = LogLevel.Information, Message = "Certificate obtained for {Domains}, valid until {NotAfter:u} (resolver {Resolver})")]
    private static partial void LogObtained(ILogger logger, string domains, DateTimeOffset notAfter, string resolver);

    [LoggerMessage(Level = LogLevel.Error, Message = "Unable to obtain ACME certificate for domains {Domains}: {Problem}. {Advice} Next try {NextTry:u} (resolver {Resolver})")]
    private static partial void LogFailed(ILogger logger, string domains, string problem, string advice, DateTimeOffset nextTry, string resolver);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Before the first order for {Domains}: {Finding} (resolver {Resolver})")]
    private static partial void LogFinding(ILogger logger, string domains, string finding, string resolver);

    [LoggerMessage(Level = LogLevel.Error, Message = "The new certificate for {Main} is due for renewal already; check the clock of this machine (resolver {Resolver})")]
    private static partial void LogOldAlready(ILogger logger, string main, string resolver);

    [LoggerMessage(Level = LogLevel.Error, Message = "The certificate for {Domains} ends {NotAfter:u} and has not been renewed after {Failures} tries (resolver {Resolver})")]
    private static partial void LogEnding(ILogger logger, string domains, DateTimeOffset notAfter, int failures, string resolver);

    [LoggerMessage(Level = LogLevel.Information, Message = "The order for {Domains} succeeds at the authority's test instance (resolver {Resolver})")]
    private static partial void LogRehearsed(ILogger logger, string domains, string resolver);

    [LoggerMessage(Level = LogLevel.Information, Message = "The order for {Domains} could not be tried at the authority's test instance: {Reason} (resolver {Resolver})")]
    private static partial void LogNotRehearsed(ILogger logger, string domains, string reason, string resolver);

    [LoggerMessage(Level = LogLevel.Information, Message = "The authority suggests to renew the certificate for {Main} between {Start:u} and {End:u}. {Explanation}")]
    private static partial void LogSuggestion(ILogger logger, string main, DateTimeOffset start, DateTimeOffset end, string explanation);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No suggestion when to renew the certificate for {Main}: {Reason}")]
    private static partial void LogNoSuggestion(ILogger logger, string main, string reason);
}
