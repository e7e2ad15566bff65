using System.Buffers;
using System.Runtime.CompilerServices;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>
/// Where the entries of a file stand, such as one router with all its lines, found by indentation alone. Only files in plain block style have one; what it says
/// of them must be held against what a reader finds.
/// </summary>
internal sealed class YamlOutline
{
    private const string NewDocument = "---\n";

    // Line ends other than \n, and the end of all text, would need a closer look.
    private static readonly SearchValues<char> Unusual = SearchValues.Create("\r\u0085\u2028\u2029\0");
    private static readonly SearchValues<char> KeyLetters = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.@");

    private readonly string text;
    private readonly List<Group> groups = [];
    private readonly HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
    private string? section;
    private Group? group;
    private int kindIndent;

    private YamlOutline(string text) => this.text = text;

    /// <summary>All entries of each kind in each section, in order.</summary>
    public IReadOnlyList<Group> Groups => groups;

    /// <summary>The outline of a text; null where it is written in another style.</summary>
    public static YamlOutline? Of(string text)
    {
        var outline = new YamlOutline(text);
        return !text.AsSpan().ContainsAny(Unusual) && outline.Scan() ? outline : null;
    }

    // Compiled once and well: it runs over all lines at each reading.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Scan()
    {
        var rest = text.AsSpan();
        var (number, start) = (1, 0);
        if (rest.StartsWith(NewDocument))
        {
            (number, start) = (2, NewDocument.Length);
        }

        for (; start < text.Length; number++)
        {
            rest = text.AsSpan(start);
            var length = rest.IndexOf('\n');
            var line = length < 0 ? rest : rest[..length];
            var indent = line.IndexOfAnyExcept(' ');

            // Deeper lines, empty ones and comments belong to what stands before them.
            if (indent >= 0 && line[indent] != '#' && !(this.group is { } group && indent > group.Indent && group.Indent > 0) && !Take(line, indent, start, number))
            {
                return false;
            }

            start += line.Length + 1;
        }

        this.group?.End(text.Length, number);
        return true;
    }

    /// <summary>Takes in a line that may begin a section, a kind or an entry; false where it is something else.</summary>
    private bool Take(ReadOnlySpan<char> line, int indent, int start, int number)
    {
        if (indent > 0 && section is null)
        {
            // In a section whose entries are not looked for.
            return true;
        }

        var name = line[indent..].TrimEnd(' ');
        if (name is not [not '-' and not '.', .., ':'] || name[..^1].ContainsAnyExcept(KeyLetters))
        {
            return false;
        }

        name = name[..^1];
        if (indent > 0 && group is not null && indent > kindIndent)
        {
            return group.Begin(new Entry(start, start + indent, name.Length, number), indent);
        }

        group?.End(start, number);
        group = null;
        if (indent == 0)
        {
            section = name is "http" or "tcp" or "udp" ? name.ToString() : null;
            kindIndent = 0;
            return keys.Add(name.ToString());
        }

        if (kindIndent > 0 && indent != kindIndent)
        {
            return false;
        }

        kindIndent = indent;
        groups.Add(group = new Group(section!, name.ToString()));
        return keys.Add($"{section}:{group.Kind}");
    }

    /// <summary>One entry: its first letter, that of its name, and its line.</summary>
    internal readonly record struct Entry(int Start, int NameStart, int NameLength, int Line)
    {
        /// <summary>Where the next one begins.</summary>
        public int End { get; init; }

        /// <summary>How many lines it has.</summary>
        public int Lines { get; init; }
    }

    /// <summary>The entries of one kind, such as <c>http.routers</c>.</summary>
    internal sealed class Group(string section, string kind)
    {
        private readonly List<Entry> entries = [];

        public string Section { get; } = section;

        public string Kind { get; } = kind;

        public IReadOnlyList<Entry> Entries => entries;

        /// <summary>How far the entries are indented; 0 before the first one.</summary>
        public int Indent { get; private set; }

        public bool Begin(Entry entry, int indent)
        {
            if (Indent > 0 && indent != Indent)
            {
                return false;
            }

            Indent = indent;
            End(entry.Start, entry.Line);
            entries.Add(entry);
            return true;
        }

        public void End(int end, int line)
        {
            if (entries is [.., { End: 0 } last])
            {
                entries[^1] = last with { End = end, Lines = line - last.Line };
            }
        }
    }
}
