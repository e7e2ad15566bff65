using System.Collections;
using System.Globalization;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>
/// The environment variables of a DNS provider, under the names that lego gave them. Each may also be given as <c>NAME_FILE</c>, the path of a file that
/// holds the value. What was read as a credential is taken out of every error text.
/// </summary>
internal sealed class ProviderEnvironment(string provider, Func<string, string?> read)
{
    private const int ShortestSecret = 5;

    private readonly HashSet<string> secrets = new(StringComparer.Ordinal);

    public string Provider => provider;

    /// <summary>The value of the first of these names that is set, or null.</summary>
    public string? Find(params string[] names)
    {
        foreach (var name in names)
        {
            if (read(name) is { Length: > 0 } value)
            {
                return value;
            }

            if (read(name + "_FILE") is { Length: > 0 } file)
            {
                return ReadFile(name, file);
            }
        }

        return null;
    }

    /// <summary>A credential, or null where it is not set.</summary>
    public string? FindSecret(params string[] names)
    {
        var value = Find(names);
        if (value is { Length: >= ShortestSecret })
        {
            secrets.Add(value);
            secrets.Add(Uri.EscapeDataString(value));
        }

        return value;
    }

    /// <summary>A value that must be there.</summary>
    public string Require(params string[] names) => Find(names) ?? throw Missing(names[0]);

    /// <summary>A credential that must be there.</summary>
    public string RequireSecret(params string[] names) => FindSecret(names) ?? throw Missing(names[0]);

    public AcmeException Missing(params string[] names) => new($"{provider}: some credentials information are missing: {string.Join(",", names)}");

    public AcmeException Error(string text, Exception? inner = null) => new($"{provider}: {Redact(text)}", inner);

    public TimeSpan Seconds(string name, int otherwise) => TimeSpan.FromSeconds(Number(name, otherwise));

    public int Number(string name, int otherwise) =>
        Find(name) is { } text && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : otherwise;

    /// <summary>The times under the names that all providers share a form for, such as <c>HTTPREQ_POLLING_INTERVAL</c>.</summary>
    public ProviderTimes Times(string prefix, int timeout = 60, int interval = 2) =>
        new(Seconds(prefix + "_PROPAGATION_TIMEOUT", timeout), Seconds(prefix + "_POLLING_INTERVAL", interval));

    /// <summary>Takes credentials out of a text.</summary>
    public string Redact(string text)
    {
        foreach (var secret in secrets.OrderByDescending(secret => secret.Length))
        {
            text = text.Replace(secret, "xxxx", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Counts everything in the process environment that looks like a credential as one; for scripts, which may print anything.</summary>
    public void TreatAllAsSecret(IDictionary variables)
    {
        foreach (DictionaryEntry variable in variables)
        {
            var (name, value) = ((string)variable.Key, (string?)variable.Value ?? "");
            if (value.Length >= ShortestSecret && Array.Exists(["TOKEN", "SECRET", "KEY", "PASS"], part => name.Contains(part, StringComparison.OrdinalIgnoreCase)))
            {
                secrets.Add(value);
            }
        }
    }

    private string ReadFile(string name, string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AcmeException($"{provider}: {name}_FILE names {file}, which cannot be read: {failure.Message}", failure);
        }
    }
}
