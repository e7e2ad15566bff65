using System.Text;

namespace Ingress.Providers.Labels;

/// <summary>Names as routers and services may have them.</summary>
internal static class WorkloadName
{
    /// <summary>Letters and digits stay, every run of anything else becomes one hyphen, none at the ends.</summary>
    public static string Normalize(string name)
    {
        var output = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsLetter(rune) || Rune.IsNumber(rune))
            {
                output.Append(rune);
            }
            else if (output.Length > 0 && output[^1] != '-')
            {
                output.Append('-');
            }
        }

        return output.ToString().TrimEnd('-');
    }
}
