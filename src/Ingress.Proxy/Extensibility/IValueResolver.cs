namespace Ingress.Proxy.Extensibility;

/// <summary>Resolves references such as <c>secret://name</c> while options are decoded.</summary>
public interface IValueResolver
{
    /// <summary>The scheme before <c>://</c> that this resolver answers for.</summary>
    string Scheme { get; }

    /// <summary>The value behind a reference, or null where there is none.</summary>
    string? Resolve(string reference);
}
