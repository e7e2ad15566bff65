using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>Reads TOML into nodes; every syntax error and duplicate key is a fault.</summary>
public static class TomlReader
{
    /// <summary>Reads a text; <paramref name="source"/> is the file's name for messages.</summary>
    public static ReadResult Read(string text, string source)
    {
        var document = SyntaxParser.Parse(text, source, validate: true);
        if (document.HasErrors)
        {
            var faults = document.Diagnostics
                .Where(message => message.Kind == DiagnosticMessageKind.Error)
                .Select(message => new DecodeFault { Source = source, Line = message.Span.Start.Line + 1, Reason = $"not valid TOML: {message.Message}" })
                .ToList();
            return new ReadResult(null, faults);
        }

        var root = Node.OfMap("", source, 1);
        AddPairs(root, document.KeyValues, source);
        foreach (var table in document.Tables)
        {
            var names = Names(table.Name!);
            var parent = Descend(root, names.AsSpan(0, names.Length - 1), source, LineOf(table));
            var last = names[^1];
            AddPairs(table is TableArraySyntax ? AddItem(parent, last, source, LineOf(table)) : Enter(parent, last, source, LineOf(table)), table.Items, source);
        }

        return new ReadResult(root.HasChildren ? root : null, []);
    }

    private static void AddPairs(Node map, SyntaxList<KeyValueSyntax> pairs, string source)
    {
        foreach (var pair in pairs)
        {
            AddPair(map, pair, source);
        }
    }

    private static void AddPair(Node map, KeyValueSyntax pair, string source)
    {
        var names = Names(pair.Key!);
        Descend(map, names.AsSpan(0, names.Length - 1), source, LineOf(pair)).Add(Value(names[^1], pair.Value!, source));
    }

    private static Node Value(string name, ValueSyntax value, string source)
    {
        var line = LineOf(value);
        switch (value)
        {
            case ArraySyntax array:
                var list = Node.OfList(name, source, line);
                foreach (var item in array.Items)
                {
                    list.Add(Value($"[{list.Children.Count}]", item.Value!, source));
                }

                return list;
            case InlineTableSyntax table:
                var map = Node.OfMap(name, source, line);
                foreach (var item in table.Items)
                {
                    AddPair(map, item.KeyValue!, source);
                }

                return map;
            default:
                return Node.OfValue(name, Text(value), source, line);
        }
    }

    private static string Text(ValueSyntax value) => value switch
    {
        StringValueSyntax text => text.Value ?? "",
        BooleanValueSyntax truth => truth.Value ? "true" : "false",
        IntegerValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        _ => value.ToString()?.Trim() ?? "",
    };

    private static Node Descend(Node from, ReadOnlySpan<string> names, string source, int line)
    {
        foreach (var name in names)
        {
            from = Enter(from, name, source, line);
        }

        return from;
    }

    /// <summary>The member of this name; of an array of tables its last item, as TOML has it.</summary>
    private static Node Enter(Node parent, string name, string source, int line)
    {
        foreach (var child in parent.Children)
        {
            if (child.Name == name)
            {
                return child.Kind == NodeKind.List && child.HasChildren ? child.Children[^1] : child;
            }
        }

        var added = Node.OfMap(name, source, line);
        parent.Add(added);
        return added;
    }

    private static Node AddItem(Node parent, string name, string source, int line)
    {
        var list = parent.Children.FirstOrDefault(child => child.Name == name);
        if (list is null)
        {
            list = Node.OfList(name, source, line);
            parent.Add(list);
        }

        var item = Node.OfMap($"[{list.Children.Count}]", source, line);
        list.Add(item);
        return item;
    }

    private static string[] Names(KeySyntax key) => [Name(key.Key!), .. key.DotKeys.Select(dotted => Name(dotted.Key!))];

    private static string Name(BareKeyOrStringValueSyntax key) => key switch
    {
        StringValueSyntax text => text.Value ?? "",
        _ => key.ToString()?.Trim() ?? "",
    };

    private static int LineOf(SyntaxNode node) => node.Span.Start.Line + 1;
}
