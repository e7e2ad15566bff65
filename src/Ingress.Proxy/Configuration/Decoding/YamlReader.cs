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

    private readonly string _text;
    private readonly string _source;
    private readonly List<DecodeFault> _faults;
    private readonly Scanner _scanner;
    private readonly Parser _events;
    private readonly Dictionary<string, Node> _anchors = new(StringComparer.Ordinal);
    private readonly Stack<Dictionary<string, int>> _spareKeys = new();
    private readonly IReadOnlyList<(int Line, int LeftOut)> _gaps;
    private int _gap;
    private int _depth;

    public YamlDocumentReader(string text, string source, List<DecodeFault> faults, IReadOnlyList<(int Line, int LeftOut)> gaps)
    {
        _gaps = gaps;
        _text = text;
        _source = source;
        _faults = faults;
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        _events = new Parser(_scanner);
    }

    /// <summary>The line that reading has come to.</summary>
    public int Line => (int)_scanner.CurrentPosition.Line;

    public Node? ReadFirstDocument()
    {
        _events.Consume<StreamStart>();
        if (!_events.TryConsume<DocumentStart>(out _))
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
            _faults.Add(new DecodeFault { Source = _source, Line = root.Line, Reason = "needs named sections such as http:, not a list or a text" });
            return null;
        }

        return root;
    }

    private Node ReadNode(string name)
    {
        var start = _events.Consume<ParsingEvent>();
        if (++_depth > DeepestNesting)
        {
            throw new YamlException(start.Start, start.End, $"nested deeper than {DeepestNesting} levels");
        }

        var line = LineOf(start);
        var node = start switch
        {
            Scalar scalar => ReadScalar(name, scalar, line),
            MappingStart => ReadMap(name, line),
            SequenceStart => ReadList(name, line),
            AnchorAlias alias => _anchors.TryGetValue(alias.Value.Value, out var target)
                ? target.Renamed(name)
                : throw new YamlException(start.Start, start.End, $"unknown anchor '{alias.Value.Value}'"),
            _ => throw new YamlException(start.Start, start.End, $"unexpected {start.GetType().Name}"),
        };
        _depth--;
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            _anchors[anchored.Anchor.Value] = node;
        }

        return node;
    }

    /// <summary>Where an event is in the whole text. Events come in order.</summary>
    private int LineOf(ParsingEvent start)
    {
        var line = (int)start.Start.Line;
        while (_gap < _gaps.Count && _gaps[_gap].Line <= line)
        {
            _gap++;
        }

        return _gap == 0 ? line : line + _gaps[_gap - 1].LeftOut;
    }

    private Node ReadScalar(string name, Scalar scalar, int line)
    {
        if (scalar.Style != ScalarStyle.Plain || !scalar.Tag.IsEmpty)
        {
            return Node.OfValue(name, scalar.Value, _source, line);
        }

        return YamlScalar.IsNull(scalar.Value) ? new Node(name, _source, line) : Node.OfValue(name, YamlScalar.Normalize(scalar.Value), _source, line);
    }

    private Node ReadList(string name, int line)
    {
        var list = Node.OfList(name, _source, line);
        for (var index = 0; !_events.TryConsume<SequenceEnd>(out _); index++)
        {
            list.Add(ReadNode($"[{index}]"));
        }

        return list;
    }

    private Node ReadMap(string name, int line)
    {
        var map = Node.OfMap(name, _source, line);
        var seen = _spareKeys.TryPop(out var spare) ? spare : new Dictionary<string, int>(StringComparer.Ordinal);
        List<Node>? merged = null;
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            var start = _events.Consume<ParsingEvent>();
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
                _faults.Add(new DecodeFault
                {
                    Source = _source,
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
            _spareKeys.Push(seen);
        }

        return map;
    }
}
