namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>Finds the known key that a mistyped one probably meant.</summary>
public static class NearestKey
{
    /// <summary>The nearest candidate, or null where none is near enough to be worth naming.</summary>
    public static string? Find(string key, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = Math.Max(1, key.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(key, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>Edits that turn one into the other: insert, remove, replace, or swap two neighbours; case does not count.</summary>
    private static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 8)
        {
            return int.MaxValue;
        }

        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            previous[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var same = Same(left[row - 1], right[column - 1]);
                var distance = Math.Min(Math.Min(current[column - 1], previous[column]) + 1, previous[column - 1] + (same ? 0 : 1));
                if (row > 1 && column > 1 && Same(left[row - 1], right[column - 2]) && Same(left[row - 2], right[column - 1]))
                {
                    distance = Math.Min(distance, before[column - 2] + 1);
                }

                current[column] = distance;
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
