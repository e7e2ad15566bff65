using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>
/// Reads YAML (and so JSON) into nodes: the first document only, with anchors and merge keys, plain scalars as Go's YAML reader takes them, and duplicate
/// keys as faults.
/// </summary>
public static class YamlReader
{
    /// <summary>Reads a text; <paramref name="source"/> is the file's name for messages.</summary>
    public static ReadResult Read(string text, string source) => Read(text, source, []);

    /// <summary>Reads a text of which lines were left out: for each line before which some were, how many in all.</summary>
    internal static ReadResult Read(string text, string source, IReadOnlyList<(int Line, int LeftOut)> gaps)
    {
        var faults = new List<DecodeFault>();
        var reader = new YamlDocumentReader(text, source, faults, gaps);
        try
        {
            var root = reader.ReadFirstDocument();
            return new ReadResult(root, faults);
        }
        catch (YamlException exception)
        {
            // The inner exception is the specific one where the parser wraps it.
            var reason = (exception.InnerException ?? exception).Message;
            var line = (int)Math.Max(exception.Start.Line, exception.End.Line);
            line = reason.Contains("tab", StringComparison.Ordinal) ? FirstIndentedByTab(text, line) : line;
            faults.Add(new DecodeFault { Source = source, Line = line, Reason = $"not valid YAML: {reason}" });
            return new ReadResult(null, faults);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner fails this way on some texts, such as a flow map that is not closed.
            faults.Add(new DecodeFault { Source = source, Line = reader.Line, Reason = "not valid YAML: something is not closed or out of place here" });
            return new ReadResult(null, faults);
        }
    }

    /// <summary>The parser names the line before the tab.</summary>
    private static int FirstIndentedByTab(string text, int from)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (++number >= from && line[..^line.TrimStart().Length].Contains('\t'))
            {
                return number;
            }
        }

        return from;
    }
}

/// <summary>One reading of one YAML text.</summary>
internal sealed class YamlDocumentReader
{
    private const int DeepestNesting = 100;
    private const string MergeKey = "<<";

    // Clearing a table costs as much as the most it ever held.
    private const int MostSpareKeys = 32;

    private readonly string text;
    private readonly string source;
    private readonly List<DecodeFault> faults;
    private readonly Scanner scanner;
    private readonly Parser events;
    private readonly Dictionary<string, Node> anchors = new(StringComparer.Ordinal);
    private readonly Stack<Dictionary<string, int>> spareKeys = new();
    private readonly IReadOnlyList<(int Line, int LeftOut)> gaps;
    private int gap;
    private int depth;

    public YamlDocumentReader(string text, string source, List<DecodeFault> faults, IReadOnlyList<(int Line, int LeftOut)> gaps)
    {
        this.gaps = gaps;
        this.text = text;
        this.source = source;
        this.faults = faults;
        scanner = new Scanner(new StringReader(text), skipComments: true);
        events = new Parser(scanner);
    }

    /// <summary>The line that reading has come to.</summary>
    public int Line => (int)scanner.CurrentPosition.Line;

    public Node? ReadFirstDocument()
    {
        events.Consume<StreamStart>();
        if (!events.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var root = ReadNode("");
        if (root.Kind is NodeKind.Null)
        {
            return null;
        }

        if (root.Kind != NodeKind.Map)
        {
            faults.Add(new DecodeFault { Source = source, Line = root.Line, Reason = "needs named sections such as http:, not a list or a text" });
            return null;
        }

        return root;
    }

    private Node ReadNode(string name)
    {
        var start = events.Consume<ParsingEvent>();
        if (++depth > DeepestNesting)
        {
            throw new YamlException(start.Start, start.End, $"nested deeper than {DeepestNesting} levels");
        }

        var line = LineOf(start);
        var node = start switch
        {
            Scalar scalar => ReadScalar(name, scalar, line),
            MappingStart => ReadMap(name, line),
            SequenceStart => ReadList(name, line),
            AnchorAlias alias => anchors.TryGetValue(alias.Value.Value, out var target)
                ? target.Renamed(name)
                : throw new YamlException(start.Start, start.End, $"unknown anchor '{alias.Value.Value}'"),
            _ => throw new YamlException(start.Start, start.End, $"unexpected {start.GetType().Name}"),
        };
        depth--;
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            anchors[anchored.Anchor.Value] = node;
        }

        return node;
    }

    /// <summary>Where an event is in the whole text. Events come in order.</summary>
    private int LineOf(ParsingEvent start)
    {
        var line = (int)start.Start.Line;
        while (gap < gaps.Count && gaps[gap].Line <= line)
        {
            gap++;
        }

        return gap == 0 ? line : line + gaps[gap - 1].LeftOut;
    }

    private Node ReadScalar(string name, Scalar scalar, int line)
    {
        if (scalar.Style != ScalarStyle.Plain || !scalar.Tag.IsEmpty)
        {
            return Node.OfValue(name, scalar.Value, source, line);
        }

        return YamlScalar.IsNull(scalar.Value) ? new Node(name, source, line) : Node.OfValue(name, YamlScalar.Normalize(scalar.Value), source, line);
    }

    private Node ReadList(string name, int line)
    {
        var list = Node.OfList(name, source, line);
        for (var index = 0; !events.TryConsume<SequenceEnd>(out _); index++)
        {
            list.Add(ReadNode($"[{index}]"));
        }

        return list;
    }

    private Node ReadMap(string name, int line)
    {
        var map = Node.OfMap(name, source, line);
        var seen = spareKeys.TryPop(out var spare) ? spare : new Dictionary<string, int>(StringComparer.Ordinal);
        List<Node>? merged = null;
        while (!events.TryConsume<MappingEnd>(out _))
        {
            var start = events.Consume<ParsingEvent>();
            var keyLine = LineOf(start);
            if (start is not Scalar key)
            {
                throw new YamlException(start.Start, start.End, "a key must be a text");
            }

            var value = ReadNode(key.Value);
            if (key.Value == MergeKey && key.Style == ScalarStyle.Plain)
            {
                (merged ??= []).AddRange(value.Kind == NodeKind.List ? value.Children : [value]);
                continue;
            }

            if (!seen.TryAdd(key.Value, keyLine))
            {
                faults.Add(new DecodeFault
                {
                    Source = source,
                    Line = keyLine,
                    Reason = $"the key \"{key.Value}\" was already given at line {seen[key.Value]}",
                });
                continue;
            }

            map.Add(value);
        }

        foreach (var child in (merged ?? []).SelectMany(origin => origin.Children))
        {
            if (seen.TryAdd(child.Name, child.Line))
            {
                map.Add(child);
            }
        }

        if (seen.Count <= MostSpareKeys)
        {
            seen.Clear();
            spareKeys.Push(seen);
        }

        return map;
    }
}
