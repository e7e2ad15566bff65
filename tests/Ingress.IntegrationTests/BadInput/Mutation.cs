namespace Ingress.IntegrationTests.BadInput;

/// <summary>A text that was damaged in one place.</summary>
/// <param name="Text">The damaged text.</param>
/// <param name="UnknownKey">The key that nothing knows, where that is the damage; else null.</param>
/// <param name="IsRoot">Whether that key stands at the root of the file, where Traefik takes it and we warn.</param>
/// <param name="Description">What was done, for the failure's message.</param>
internal sealed record Mutation(string Text, string? UnknownKey, bool IsRoot, string Description)
{
    private static readonly string[] OddValues =
    [
        "[", "{", "-1", "99999999999999999999", "''", "null", "{a: b}", "[1, 2]", "true", "10", "1m2x", "\"\\u0000\"", "ü💥", "!!binary x", "*nothing",
        "&a [*a]", "|", "0x1F", "1e400", "`", "\"", ".", "a\tb", "${HOME}", "{{ nothing }}",
    ];

    /// <summary>
    /// Damages a YAML text, the same way for the same seed. Lines that end in <c>#!</c> are keys of a known set, beside which any other key is unknown;
    /// half of the damage is such a key.
    /// </summary>
    public static Mutation Of(string text, int seed)
    {
#pragma warning disable CA5394 // Repeatable damage is the point, not secrecy.
        var random = new Random(seed);
        var lines = text.TrimEnd().Split('\n').ToList();
        var known = Enumerable.Range(0, lines.Count).Where(index => lines[index].EndsWith("#!", StringComparison.Ordinal)).ToList();
        var line = known[random.Next(known.Count)];
        var indent = new string(' ', lines[line].TakeWhile(letter => letter == ' ').Count());
        string description;
        string? unknown = null;
        switch (random.Next(10))
        {
            case < 3:
                unknown = $"bogus{random.Next(1000)}";
                lines.Insert(line, $"{indent}{unknown}: {(random.Next(2) == 0 ? "x" : "{a: b}")}");
                description = $"unknown key in line {line + 1}";
                break;
            case < 5:
                var key = lines[line].Trim().Split(':')[0];
                unknown = key.Insert(random.Next(1, key.Length), "zq");
                lines[line] = indent + unknown + lines[line].Trim()[key.Length..];
                description = $"misspelt key in line {line + 1}";
                break;
            case < 8:
                line = random.Next(lines.Count);
                var value = OddValues[random.Next(OddValues.Length)];
                lines[line] = $"{lines[line].Split(':')[0]}: {value}";
                description = $"odd value {value} in line {line + 1}";
                break;
            case 8:
                line = random.Next(lines.Count);
                lines.Insert(line, lines[random.Next(lines.Count)]);
                description = $"a line copied to line {line + 1}";
                break;
            default:
                var whole = string.Join('\n', lines);
                var cut = random.Next(whole.Length);
                return new Mutation(whole[..cut] + (random.Next(2) == 0 ? "" : "\u0007\u0000"), null, false, $"cut off at {cut}");
        }
#pragma warning restore CA5394

        return new Mutation(string.Join('\n', lines) + "\n", unknown, indent.Length == 0, description);
    }
}
