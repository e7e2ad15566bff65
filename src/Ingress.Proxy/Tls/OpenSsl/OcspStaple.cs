namespace Ingress.Proxy.Tls.OpenSsl;

/// <summary>The latest good OCSP answer about one certificate; empty where none is wanted or to be had.</summary>
internal sealed class OcspStaple
{
    private volatile byte[]? current;

    /// <summary>The answer to staple, or null.</summary>
    public byte[]? Current
    {
        get => current;
        set => current = value;
    }

    /// <summary>When to ask again. Default: at once.</summary>
    public DateTimeOffset Due { get; set; }

    /// <summary>When the answer is out of date and no longer stapled.</summary>
    public DateTimeOffset End { get; set; } = DateTimeOffset.MaxValue;
}
