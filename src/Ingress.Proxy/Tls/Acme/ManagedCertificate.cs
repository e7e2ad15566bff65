using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ingress.Proxy.Extensibility;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Storage;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>The certificate of one set of names through its whole life. Its resolver's lock guards it.</summary>
internal sealed class ManagedCertificate
{
    /// <param name="written">The names as the configuration or the storage writes them, the common name first.</param>
    public ManagedCertificate(IReadOnlyList<string> written)
    {
        Written = written;
        Names = [.. written.Select(NameSets.InProtocol)];
        Key = NameSets.KeyOf(Names);
    }

    /// <summary>The names as the storage has them: Traefik finds its certificates by what the configuration says.</summary>
    public IReadOnlyList<string> Written { get; }

    /// <summary>The names in the form of the protocol, the common name first.</summary>
    public IReadOnlyList<string> Names { get; }

    public string Key { get; }

    /// <summary>What the storage has, null before the first certificate.</summary>
    public StoredCertificate? Stored { get; private set; }

    /// <summary>What is served, null before the first certificate or where the stored one cannot be read.</summary>
    public OfferedCertificate? Offered { get; private set; }

    /// <summary>Why the stored certificate cannot be used, or empty.</summary>
    public string Unreadable { get; private set; } = "";

    public string Because { get; set; } = "";

    /// <inheritdoc cref="WantedCertificate.IsDefault"/>
    public bool IsDefault { get; set; }

    public bool Running { get; set; }

    public bool Examined { get; set; }

    public string Problem { get; set; } = "";

    public string Advice { get; set; } = "";

    /// <summary>Refusals of the authority in a row.</summary>
    public int Refusals { get; set; }

    /// <summary>Failures to reach the authority in a row.</summary>
    public int Silences { get; set; }

    public int Failures => Refusals + Silences;

    /// <summary>The next try after a failure; otherwise the time of renewal counts.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>Whether a changed configuration may bring the next try forward: not where the authority named a time itself.</summary>
    public bool MayRetryEarly { get; set; } = true;

    public DateTimeOffset? RenewAt { get; set; }

    /// <summary>When the authority is to be asked next for its suggestion (RFC 9773).</summary>
    public DateTimeOffset? AskSuggestionAt { get; set; }

    /// <summary>What the operator was last told about it since it was well; its kind is empty where that was nothing.</summary>
    public (string Kind, DateTimeOffset At) Told { get; set; } = ("", default);

    public DateTimeOffset? NotAfter => Offered is { } offered ? offered.Leaf.NotAfter.ToUniversalTime() : null;

    public DateTimeOffset? NotBefore => Offered is { } offered ? offered.Leaf.NotBefore.ToUniversalTime() : null;

    /// <summary>When there is something to do: at once for a name without certificate.</summary>
    public DateTimeOffset DueAt => RetryAt ?? (Offered is null ? DateTimeOffset.MinValue : RenewAt ?? DateTimeOffset.MaxValue);

    /// <summary>Takes a certificate into use. A stored one that cannot be read counts as due.</summary>
    public void Take(StoredCertificate stored)
    {
        Stored = stored;
        try
        {
            Offered = Load(stored);
            Unreadable = "";
            RenewAt = RenewalSchedule.RenewAt(NotBefore!.Value, NotAfter!.Value, Offered.Leaf.SerialNumber);
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            Offered = null;
            Unreadable = failure.Message;
        }
    }

    /// <summary>Puts the next try off, because the failures that the authority allows within an hour are used up.</summary>
    public void Wait(DateTimeOffset until)
    {
        RetryAt = until;
        Problem = Problem.Length > 0 ? Problem : $"{RetryBudget.FailuresAnHour} orders for this name have failed within the hour, before the last start or in another set of names";
    }

    /// <summary>The key to use for the next certificate: a renewal keeps the one there is.</summary>
    public CertificateKey? StoredKey()
    {
        try
        {
            return Stored is null ? null : CertificateKey.Import(Encoding.ASCII.GetString(Stored.Key));
        }
        catch (CryptographicException)
        {
            // The stored key is broken, which the reader of the storage has reported: a new one is made.
            return null;
        }
    }

    public AcmeNameStatus Status(string resolver, DateTimeOffset now) => new()
    {
        Resolver = resolver,
        Main = Names[0],
        Sans = [.. Names.Skip(1)],
        State = State(now),
        Because = Because,
        Problem = Problem,
        Advice = Advice,
        Failures = Failures,
        NextTry = Running ? null : DueAt == DateTimeOffset.MaxValue ? null : DueAt < now ? now : DueAt,
        NotAfter = NotAfter,
        RenewAt = RenewAt,
        Issuer = Offered?.Leaf.GetNameInfo(X509NameType.SimpleName, forIssuer: true) ?? "",
    };

    private string State(DateTimeOffset now) => (Offered, Running, Failures) switch
    {
        (null, true, _) => "ordering",
        (null, false, 0) when Problem.Length == 0 => "waiting",
        (null, false, _) => "failed",
        (_, true, _) => "renewing",
        _ when NotAfter <= now => "expired",
        (_, false, 0) => "valid",
        _ => "failing",
    };

    private static OfferedCertificate Load(StoredCertificate stored)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(Encoding.ASCII.GetString(stored.Certificate));
        if (all.Count == 0)
        {
            throw new CryptographicException("there is no certificate in it");
        }

        using var key = CertificateKey.Import(Encoding.ASCII.GetString(stored.Key));
        using var leaf = all[0];
        return new OfferedCertificate(key.Join(leaf), [.. all.Skip(1)]);
    }
}
