namespace Ingress.Proxy.Configuration;

/// <summary>Names of the form <c>name@provider</c>.</summary>
public static class QualifiedName
{
    /// <summary>The name as it is where it has a provider, else with the provider of the object that refers to it.</summary>
    public static string Resolve(string name, string referrer)
        => name.Contains('@', StringComparison.Ordinal) ? name : string.Concat(name, "@", ProviderOf(referrer));

    /// <summary>The text after the last <c>@</c>, or empty.</summary>
    public static string ProviderOf(string name)
    {
        var at = name.LastIndexOf('@');
        return at < 0 ? "" : name[(at + 1)..];
    }

    /// <summary>The text before the last <c>@</c>.</summary>
    public static string LocalName(string name)
    {
        var at = name.LastIndexOf('@');
        return at < 0 ? name : name[..at];
    }
}
