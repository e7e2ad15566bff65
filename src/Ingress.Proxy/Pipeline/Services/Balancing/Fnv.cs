namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>The 64-bit FNV hash, as FNV-1a unless said otherwise.</summary>
internal static class Fnv
{
    /// <summary>The hash of nothing.</summary>
    public const ulong Start = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    /// <summary>The hash of what was hashed before and these bytes.</summary>
    public static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * Prime;
        }

        return hash;
    }

    /// <summary>The hash by the older FNV-1, in which the multiplication comes first.</summary>
    public static ulong HashFnv1(ReadOnlySpan<byte> bytes)
    {
        var hash = Start;
        foreach (var b in bytes)
        {
            hash = (hash * Prime) ^ b;
        }

        return hash;
    }

    /// <summary>The hash of what was hashed before and this ASCII text.</summary>
    public static ulong Add(ulong hash, string text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ (byte)c) * Prime;
        }

        return hash;
    }
}
