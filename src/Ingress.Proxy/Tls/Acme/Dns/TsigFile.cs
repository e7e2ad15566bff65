using System.Text.RegularExpressions;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>The key file that <c>tsig-keygen</c> writes: <c>key "name" { algorithm hmac-sha256; secret "…"; };</c></summary>
internal static partial class TsigFile
{
    public static (string? Key, string? Secret, string? Algorithm) Read(ProviderEnvironment environment, string? path)
    {
        if (path is null)
        {
            return default;
        }

        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw environment.Error($"RFC2136_TSIG_FILE names {path}, which cannot be read: {failure.Message}", failure);
        }

        var (key, secret, algorithm) = (KeyName().Match(text), SecretText().Match(text), AlgorithmName().Match(text));
        return key.Success && secret.Success
            ? (key.Groups[1].Value, secret.Groups[1].Value, algorithm.Success ? algorithm.Groups[1].Value : null)
            : throw environment.Error($"{path} has no key with a secret in the form of tsig-keygen");
    }

    [GeneratedRegex("""\bkey\s+"?([^"\s{]+)"?\s*\{""")]
    private static partial Regex KeyName();

    [GeneratedRegex("""\bsecret\s+"?([^"\s;]+)"?\s*;""")]
    private static partial Regex SecretText();

    [GeneratedRegex("""\balgorithm\s+"?([^"\s;]+)"?\s*;""")]
    private static partial Regex AlgorithmName();
}
