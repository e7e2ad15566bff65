using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.ForwardedAuth;

/// <summary>What an attacker may try with headers that somebody trusts: spellings, duplicates, and names in Connection.</summary>
internal static class Spoofs
{
    /// <summary>Part of every spoofed value.</summary>
    public const string Mark = "spoofed";

    /// <summary>A random spelling of a name.</summary>
    public static string Spelling(string name, Random random) => string.Concat(name.Select(c => c switch
    {
        '-' => random.Next(3) == 0 ? '_' : '-',
        _ when random.Next(2) == 0 => char.ToUpperInvariant(c),
        _ => char.ToLowerInvariant(c),
    }));

    /// <summary>Adds one try.</summary>
    public static void Add(IHeaderDictionary headers, IReadOnlyList<string> names, Random random)
    {
        var name = Spelling(names[random.Next(names.Count)], random);
        switch (random.Next(4))
        {
            case 0:
                headers.Append("Connection", $"{name}, close");
                break;
            case 1:
                headers.Append(name, "");
                headers.Append(name, Mark);
                break;
            default:
                headers.Append(name, $"{Mark}{random.Next(100)}");
                break;
        }
    }
}
