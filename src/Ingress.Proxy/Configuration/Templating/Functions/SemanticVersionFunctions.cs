namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary><c>semver</c> and <c>semverCompare</c>, with the constraints <c>= != &gt; &gt;= &lt; &lt;= ~ ^</c>, wildcards, <c>,</c> and <c>||</c>.</summary>
internal static class SemanticVersionFunctions
{
    private static readonly string[] Operators = [">=", "=>", "<=", "=<", "!=", "~>", "=", ">", "<", "~", "^"];

    public static void AddTo(TemplateFunctionSet set) => set
        .Add("semver", 1, a => Version(a.Text(0)))
        .Add("semverCompare", 2, a => Satisfies(a.Text(0), Version(a.Text(1))));

    private static SemanticVersion Version(string text) => SemanticVersion.TryParse(text, out var parts) is { } version && parts > 0
        ? version
        : throw new TemplateFault("invalid semantic version");

    private static bool Satisfies(string constraint, SemanticVersion version) =>
        constraint.Split("||").Any(alternative => Parts(alternative).All(part => SatisfiesOne(part, version)));

    /// <summary>The comparisons of one alternative; a space between operator and version does not part them.</summary>
    private static IEnumerable<string> Parts(string alternative)
    {
        var words = alternative.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            yield return Array.IndexOf(Operators, words[i]) >= 0 && i + 1 < words.Length ? words[i] + words[++i] : words[i];
        }
    }

    private static bool SatisfiesOne(string comparison, SemanticVersion version)
    {
        var sign = Array.Find(Operators, candidate => comparison.StartsWith(candidate, StringComparison.Ordinal)) ?? "";
        var wanted = SemanticVersion.TryParse(comparison[sign.Length..], out var parts) ?? throw new TemplateFault($"improper constraint: {comparison}");

        // A pre-release only counts where the constraint names one.
        if (version.Prerelease.Length > 0 && wanted.Prerelease.Length == 0)
        {
            return false;
        }

        var order = version.CompareTo(wanted);
        return sign switch
        {
            ">" => parts < 3 ? order > 0 && !SharesParts(version, wanted, parts) : order > 0,
            ">=" or "=>" => order >= 0,
            "<" => order < 0,
            "<=" or "=<" => order <= 0 || (parts < 3 && SharesParts(version, wanted, parts)),
            "!=" => !SharesParts(version, wanted, parts),
            "~" or "~>" => order >= 0 && SharesParts(version, wanted, Math.Min(parts, 2)),
            "^" => order >= 0 && SharesParts(version, wanted, CaretParts(wanted, parts)),
            _ => SharesParts(version, wanted, parts),
        };
    }

    /// <summary>How many leading parts a caret fixes: up to the first that is not zero.</summary>
    private static int CaretParts(SemanticVersion wanted, int parts) =>
        wanted.Major > 0 ? 1 : wanted.Minor > 0 ? 2 : Math.Min(parts, 3);

    private static bool SharesParts(SemanticVersion version, SemanticVersion wanted, int parts) => parts switch
    {
        0 => true,
        1 => version.Major == wanted.Major,
        2 => version.Major == wanted.Major && version.Minor == wanted.Minor,
        _ => version.CompareTo(wanted) == 0,
    };
}
