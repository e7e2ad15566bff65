namespace Ingress.Proxy.Tls;

/// <summary>Options that hold either the path of a PEM file or its text.</summary>
internal static class PemText
{
    /// <summary>The file's text where the value names a file, else the value itself.</summary>
    public static string Read(string value) => !IsText(value) && File.Exists(value) ? File.ReadAllText(value) : value;

    /// <summary>The value for a log: a path as it is, and nothing of a text.</summary>
    public static string Shown(string value) => IsText(value) ? "(inline PEM)" : value;

    private static bool IsText(string value) => value.Contains("-----BEGIN", StringComparison.Ordinal);
}
