namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>What a node holds.</summary>
public enum NodeKind
{
    /// <summary>Nothing: <c>key:</c> or <c>key: null</c>.</summary>
    Null,

    /// <summary>One text.</summary>
    Value,

    /// <summary>Items in order.</summary>
    List,

    /// <summary>Further nodes by name.</summary>
    Map,
}

/// <summary>
/// One piece of configuration, whatever its spelling was: every reader makes a tree of these, and one decoder makes records of the tree.
/// A node read from labels or flags may have a value and children at once.
/// </summary>
public sealed class Node
{
    private static readonly IReadOnlyList<Node> NoChildren = [];

    private List<Node>? children;
    private Dictionary<string, Node>? obtained;

    /// <summary>Makes an empty node.</summary>
    public Node(string name, string source = "", int line = 0)
    {
        Name = name;
        Source = source;
        Line = line;
    }

    /// <summary>The key, the index in brackets in a list, or the root's name, which may be empty.</summary>
    public string Name { get; }

    /// <summary>The file or other place it was read from; empty where the key says it all.</summary>
    public string Source { get; }

    /// <summary>The line in <see cref="Source"/>, counted from 1; 0 where there are no lines.</summary>
    public int Line { get; }

    /// <summary>What it holds.</summary>
    public NodeKind Kind { get; private set; }

    /// <summary>The text, or null where there is none.</summary>
    public string? Value { get; private set; }

    /// <summary>Items or members, in order.</summary>
    public IReadOnlyList<Node> Children => children ?? NoChildren;

    /// <summary>Whether there is anything below this node.</summary>
    public bool HasChildren => children is { Count: > 0 };

    /// <summary>What was decoded from this node, if it is to be kept; it stands for all that was below it.</summary>
    internal object? Record { get; private set; }

    /// <summary>Whether the decoder is to keep what it makes of this node.</summary>
    internal bool KeepsRecord { get; set; }

    /// <summary>A node that holds a text.</summary>
    public static Node OfValue(string name, string value, string source = "", int line = 0)
    {
        var node = new Node(name, source, line);
        node.SetValue(value);
        return node;
    }

    /// <summary>A node that holds members, none so far.</summary>
    public static Node OfMap(string name, string source = "", int line = 0) => new(name, source, line) { Kind = NodeKind.Map };

    /// <summary>A node that holds items, none so far.</summary>
    public static Node OfList(string name, string source = "", int line = 0) => new(name, source, line) { Kind = NodeKind.List };

    /// <summary>The member of this name in any case, or null.</summary>
    public Node? Find(string name)
    {
        foreach (var child in Children)
        {
            if (string.Equals(child.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return child;
            }
        }

        return null;
    }

    /// <summary>Gives the node a text; a node with members keeps them.</summary>
    public void SetValue(string value)
    {
        Value = value;
        if (Kind == NodeKind.Null)
        {
            Kind = NodeKind.Value;
        }
    }

    /// <summary>Adds an item or member.</summary>
    public void Add(Node child)
    {
        if (Kind is NodeKind.Null or NodeKind.Value)
        {
            Kind = NodeKind.Map;
        }

        (children ??= []).Add(child);
    }

    /// <summary>Gives the node other members than it had.</summary>
    internal void Fill(List<Node> children)
    {
        Kind = NodeKind.Map;
        this.children = children;
    }

    /// <summary>Keeps what was decoded and lets go what it was decoded from.</summary>
    internal void Keep(object record)
    {
        Record = record;
        children = null;
    }

    /// <summary>The same content under another name, as an alias or a merge key asks for.</summary>
    internal Node Renamed(string name) => new(name, Source, Line) { Kind = Kind, Value = Value, children = children };

    /// <summary>The member of this name in any case, added if there is none. All members of such a node must be added by this method.</summary>
    internal Node Obtain(string name)
    {
        obtained ??= new Dictionary<string, Node>(StringComparer.OrdinalIgnoreCase);
        if (obtained.TryGetValue(name, out var found))
        {
            return found;
        }

        var added = new Node(name, Source);
        obtained.Add(name, added);
        Add(added);
        return added;
    }
}
