using Ingress.Proxy.Extensibility;

namespace Ingress.Providers.Labels;

/// <summary>Collects what a provider made of each object it found.</summary>
internal sealed class Findings
{
    private readonly List<DiscoveryFinding> all = [];

    public IReadOnlyList<DiscoveryFinding> All => all;

    /// <summary>The object is served.</summary>
    public void Used(string subject, string reason) => Add(subject, "used", reason);

    /// <summary>The object is left out because nobody asked for it.</summary>
    public void Ignored(string subject, string reason) => Add(subject, "ignored", reason);

    /// <summary>Something about the object needs attention.</summary>
    public void Warning(string subject, string reason) => Add(subject, "warning", reason);

    /// <summary>The object is left out, or a part of it, because something is wrong.</summary>
    public void Rejected(string subject, string reason) => Add(subject, "rejected", reason);

    /// <summary>Takes over what was found before.</summary>
    public void Add(IReadOnlyList<DiscoveryFinding> found) => all.AddRange(found);

    private void Add(string subject, string outcome, string reason) =>
        all.Add(new DiscoveryFinding { Subject = subject, Outcome = outcome, Reason = reason });
}
