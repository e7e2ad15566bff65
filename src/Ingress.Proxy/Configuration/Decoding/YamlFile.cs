using System.Text;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>
/// A YAML file that is read time and again. Entries that stand in it as they did the last time, such as a router among thousands, are neither read nor decoded
/// anew; faults and line numbers are those of a whole reading.
/// </summary>
public sealed class YamlFile
{
    private Dictionary<string, Dictionary<string, KnownEntry>> known = [];

    /// <summary>Reads what the file says now; <paramref name="source"/> is its name for messages.</summary>
    public ReadResult Read(string text, string source)
    {
        if (YamlOutline.Of(text) is { } outline && new Reading(text, source, outline, this.known).Whole(out var known) is { } result)
        {
            this.known = known;
            return result;
        }

        this.known = [];
        return YamlReader.Read(text, source);
    }

    /// <summary>An entry as it was read; its node has what was made of it, unless there was something to tell.</summary>
    private sealed record KnownEntry(string Text, Node Node);

    private sealed class Reading(string text, string source, YamlOutline outline, Dictionary<string, Dictionary<string, KnownEntry>> before)
    {
        private readonly Dictionary<string, Dictionary<string, KnownEntry>> known = new(StringComparer.Ordinal);
        private readonly List<KnownEntry?[]> kept = [];

        /// <summary>What the file says; null where only a whole reading can tell.</summary>
        public ReadResult? Whole(out Dictionary<string, Dictionary<string, KnownEntry>> known)
        {
            known = this.known;
            foreach (var group in outline.Groups)
            {
                kept.Add(Kept(group));
            }

            var (rest, lines) = Rest();
            var read = YamlReader.Read(rest, source, lines);
            if (read.Faults.Count > 0)
            {
                return null;
            }

            for (var i = 0; i < outline.Groups.Count; i++)
            {
                if (!Fill(outline.Groups[i], kept[i], read.Root))
                {
                    return null;
                }
            }

            return read;
        }

        /// <summary>For each entry what is known of it, or null.</summary>
        private KnownEntry?[] Kept(YamlOutline.Group group)
        {
            var kept = new KnownEntry?[group.Entries.Count];
            if (before.TryGetValue(PathOf(group), out var known))
            {
                var names = known.GetAlternateLookup<ReadOnlySpan<char>>();
                for (var i = 0; i < kept.Length; i++)
                {
                    var entry = group.Entries[i];
                    if (names.TryGetValue(NameOf(entry), out var found) && found.Node.Record is not null && TextOf(entry).SequenceEqual(found.Text))
                    {
                        kept[i] = found;
                    }
                }
            }

            return kept;
        }

        /// <summary>The text without what is kept, and how many lines were left out before which line of it.</summary>
        private (string Text, List<(int Line, int LeftOut)> Lines) Rest()
        {
            var rest = new StringBuilder();
            var lines = new List<(int Line, int LeftOut)>();
            var (from, leftOut) = (0, 0);
            for (var g = 0; g < kept.Count; g++)
            {
                var entries = outline.Groups[g].Entries;
                for (var i = 0; i < entries.Count; i++)
                {
                    if (kept[g][i] is null)
                    {
                        continue;
                    }

                    rest.Append(text, from, entries[i].Start - from);
                    var first = entries[i].Line - leftOut;
                    leftOut += entries[i].Lines;
                    from = entries[i].End;
                    if (lines is [.., var last] && last.Line == first)
                    {
                        lines.RemoveAt(lines.Count - 1);
                    }

                    lines.Add((first, leftOut));
                }
            }

            return from == 0 ? (text, lines) : (rest.Append(text, from, text.Length - from).ToString(), lines);
        }

        /// <summary>Puts kept and read entries together; false where the outline was wrong.</summary>
        private bool Fill(YamlOutline.Group group, KnownEntry?[] kept, Node? root)
        {
            if (kept.Length == 0)
            {
                return true;
            }

            if (root?.Find(group.Section)?.Find(group.Kind) is not { } node)
            {
                return false;
            }

            var read = node.Children;
            var next = 0;
            var children = new List<Node>(kept.Length);
            var known = new Dictionary<string, KnownEntry>(kept.Length, StringComparer.Ordinal);
            for (var i = 0; i < kept.Length; i++)
            {
                var item = kept[i];
                if (item is null)
                {
                    var entry = group.Entries[i];
                    if (next == read.Count || !NameOf(entry).SequenceEqual(read[next].Name))
                    {
                        return false;
                    }

                    item = new KnownEntry(TextOf(entry).ToString(), read[next++]);
                    item.Node.KeepsRecord = StandsAlone(item.Text);
                }

                children.Add(item.Node);
                if (!known.TryAdd(item.Node.Name, item))
                {
                    return false;
                }
            }

            node.Fill(children);
            this.known.Add(PathOf(group), known);
            return next == read.Count;
        }

        private static string PathOf(YamlOutline.Group group) => $"{group.Section}.{group.Kind}";

        private ReadOnlySpan<char> NameOf(YamlOutline.Entry entry) => text.AsSpan(entry.NameStart, entry.NameLength);

        private ReadOnlySpan<char> TextOf(YamlOutline.Entry entry) => text.AsSpan(entry.Start, entry.End - entry.Start);

        /// <summary>Whether there is no anchor, alias or tag in it, so that it means the same whatever is around it.</summary>
        private static bool StandsAlone(string text)
        {
            for (var at = text.IndexOfAny(['&', '*', '!']); at >= 0;)
            {
                var ahead = text.AsSpan(0, at).TrimEnd(' ');
                if (ahead.IsEmpty || ahead[^1] is '\n' or ':' or '-' or '?' or ',' or '[' or '{')
                {
                    return false;
                }

                var next = text.AsSpan(at + 1).IndexOfAny('&', '*', '!');
                at = next < 0 ? -1 : at + 1 + next;
            }

            return true;
        }
    }
}
