using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Certificates and keys given as a file's path or as PEM text.</summary>
internal static class PemFiles
{
    /// <summary>The text of the file where there is one, else the value itself.</summary>
    public static string Read(string pathOrText) => IsText(pathOrText) ? pathOrText : File.ReadAllText(pathOrText);

    /// <summary>What an error may say of the value: the path, never the text.</summary>
    public static string Label(string pathOrText) => IsText(pathOrText) ? "(PEM text)" : pathOrText;

    /// <summary>Reads a certificate with its chain and its key; false with the reason where that fails.</summary>
    public static bool TryReadPair(
        string certFile, string keyFile, [NotNullWhen(true)] out X509Certificate2? certificate, out X509Certificate2Collection chain, out string fault)
    {
        certificate = null;
        chain = [];
        fault = "";
        try
        {
            var text = Read(certFile);
            certificate = X509Certificate2.CreateFromPem(text, Read(keyFile));
            chain.ImportFromPem(text);
            chain.RemoveAt(0);
            return true;
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            fault = $"certificates: {Label(certFile)} with key {Label(keyFile)}: {problem.Message}";
            return false;
        }
    }

    private static bool IsText(string value) => value.Contains("-----BEGIN", StringComparison.Ordinal);
}
