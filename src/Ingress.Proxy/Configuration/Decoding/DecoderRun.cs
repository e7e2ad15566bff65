using System.Globalization;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>One decoding: walks the tree beside the plan of the types and collects what is wrong.</summary>
internal sealed class DecoderRun
{
    private readonly DecoderSettings settings;
    private readonly List<string> path = [];
    private bool secret;
    private int resolved;

    public DecoderRun(DecoderSettings settings, string rootName)
    {
        this.settings = settings;
        if (rootName.Length > 0)
        {
            path.Add(rootName);
        }
    }

    public List<DecodeFault> Faults { get; } = [];

    public List<DecodeFault> Warnings { get; } = [];

    /// <summary>Grows with all that makes a record depend on more than its own node, or worth reporting each time.</summary>
    private int Told => Faults.Count + Warnings.Count + resolved;

    public object Record(RecordPlan plan, Node node)
    {
        var record = plan.Create();
        Dictionary<string, object?>? sections = null;
        if (node.Kind == NodeKind.List)
        {
            Fault(node, "needs named options, not a list");
            return record;
        }

        TellStray(node);
        foreach (var child in node.Children)
        {
            path.Add(child.Name);
            if ((settings.FromLabels ? plan.FindLabel(child.Name) : null) is { } listed)
            {
                SingleItem(record, listed, child);
            }
            else if (plan.Find(child.Name) is { } option)
            {
                Option(record, option, child);
            }
            else if (!Section(plan, child, ref sections))
            {
                Unknown(plan, child);
            }

            path.RemoveAt(path.Count - 1);
        }

        if (sections is not null)
        {
            plan.SectionsProperty!.SetValue(record, sections);
        }

        return record;
    }

    private void Option(object record, OptionPlan option, Node node)
    {
        if (node.Kind == NodeKind.Null)
        {
            return;
        }

        if (settings.FromLabels && option.NotFromLabels)
        {
            Warnings.Add(At(node, "cannot be set by labels and is ignored; use the file provider"));
            return;
        }

        var secretAround = secret;
        secret |= option.Secret;
        if (IsGiven(node, option.Value, option.AllowEmpty) && TryValue(option.Value, node, out var value))
        {
            option.Set(record, value);
        }

        secret = secretAround;
    }

    /// <summary>Labels spell a list of servers as one <c>server</c>.</summary>
    private void SingleItem(object record, OptionPlan option, Node node)
    {
        if (!node.HasChildren)
        {
            Fault(node, $"field {node.Name} cannot be a standalone element; give options below it");
            return;
        }

        if (TryValue(option.Value.Element!, node, out var item))
        {
            option.Set(record, ListOf(option.Value.Element!, [item]));
        }
    }

    private bool Section(RecordPlan plan, Node node, ref Dictionary<string, object?>? sections)
    {
        if (plan.Catalog is null || !settings.Catalogs.TryGetValue(plan.Catalog, out var catalog)
            || !catalog.TryFind(node.Name, out var key, out var type))
        {
            return false;
        }

        sections ??= new Dictionary<string, object?>(1);
        if (node.Kind == NodeKind.Null)
        {
            sections[key] = null;
            return true;
        }

        var value = ValuePlan.For(type);
        if (IsGiven(node, value, value.Form == ValueForm.Record && value.Record.AllowEmpty) && TryValue(value, node, out var options))
        {
            sections[key] = options;
        }

        return true;
    }

    private void Unknown(RecordPlan plan, Node node)
    {
        if (settings.IgnoreUnknownKeys)
        {
            return;
        }

        IEnumerable<string> known = plan.Options.Select(option => option.Key);
        if (plan.Catalog is not null && settings.Catalogs.TryGetValue(plan.Catalog, out var catalog))
        {
            known = known.Concat(catalog.Keys);
        }

        Faults.Add(At(node, $"field not found, node: {node.Name}") with { Suggestion = NearestKey.Find(node.Name, known) });
    }

    /// <summary>The presence rule: a bare structure is its defaults where that is allowed, an explicit false is none, and otherwise it is a fault.</summary>
    private bool IsGiven(Node node, ValuePlan plan, bool allowEmpty)
    {
        if (plan.Form is not (ValueForm.Record or ValueForm.Map))
        {
            return true;
        }

        if (allowEmpty && IsStray(node))
        {
            Warnings.Add(At(node, $"{Shown(node)} is neither true nor false and is taken as false"));
        }

        if (allowEmpty && node.Value is { Length: > 0 } value && !value.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (node.HasChildren || allowEmpty || node.Kind == NodeKind.List)
        {
            return true;
        }

        Fault(node, $"{node.Name} cannot be a standalone element; give options below it or leave it out");
        return false;
    }

    private bool TryValue(ValuePlan plan, Node node, out object? value)
    {
        switch (plan.Form)
        {
            case ValueForm.Record:
                value = Record(plan.Record, node);
                return true;
            case ValueForm.Map:
                value = Map(plan, node);
                return true;
            case ValueForm.List:
                return TryList(plan, node, out value);
            case ValueForm.Free:
                value = Free(node);
                return true;
            default:
                return TryScalar(plan, node, out value);
        }
    }

    private object Map(ValuePlan plan, Node node)
    {
        var map = plan.CreateMap();
        if (node.Kind == NodeKind.List)
        {
            Fault(node, "needs named entries, not a list");
        }

        TellStray(node);
        foreach (var child in node.Children)
        {
            if (child.Kind == NodeKind.Null)
            {
                continue;
            }

            if (child.Record is { } kept)
            {
                map[child.Name] = kept;
                continue;
            }

            path.Add(child.Name);
            var told = Told;
            if (TryValue(plan.Element!, child, out var item))
            {
                map[child.Name] = item;
                if (child.KeepsRecord && Told == told)
                {
                    child.Keep(item!);
                }
            }

            path.RemoveAt(path.Count - 1);
        }

        return map;
    }

    private bool TryList(ValuePlan plan, Node node, out object? value)
    {
        var element = plan.Element!;
        value = null;
        if (!node.HasChildren)
        {
            if (element.Form is ValueForm.Record or ValueForm.Map)
            {
                // Traefik passes a text over where a list of structures belongs.
                TellStray(node);
                return false;
            }

            var items = node.Value is null ? [] : ScalarText.List(node.Value);
            if (items.Length == 0)
            {
                // An empty list counts as not given.
                return false;
            }

            var nodes = items.Select(item => Node.OfValue(node.Name, item, node.Source, node.Line));
            return TryItems(element, [.. nodes], out value);
        }

        if (node.Kind == NodeKind.List || IsIndex(node.Children[0].Name) || element.Form is not (ValueForm.Record or ValueForm.Map))
        {
            TellStray(node);
        }

        // A structure where a list of structures belongs is a list of one.
        return node.Kind == NodeKind.List || IsIndex(node.Children[0].Name)
            ? TryItems(element, node.Children, out value)
            : TryItems(element, [node], out value);
    }

    private bool TryItems(ValuePlan element, IReadOnlyList<Node> nodes, out object? value)
    {
        var good = new List<object?>(nodes.Count);
        foreach (var node in nodes)
        {
            if (node.Kind == NodeKind.Null)
            {
                continue;
            }

            path.Add(node.Name);
            if (TryValue(element, node, out var item))
            {
                good.Add(element.Form == ValueForm.Text ? ((string)item!).Trim() : item);
            }

            path.RemoveAt(path.Count - 1);
        }

        value = ListOf(element, good);
        return true;
    }

    private static Array ListOf(ValuePlan element, List<object?> items)
    {
        var list = Array.CreateInstance(element.Type, items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            list.SetValue(items[index], index);
        }

        return list;
    }

    private static object? Free(Node node) => node.Kind switch
    {
        NodeKind.Null => null,
        NodeKind.Value => node.Value,
        NodeKind.List => node.Children.Select(Free).ToList(),
        _ => node.Children.ToDictionary(child => child.Name, Free),
    };

    private bool TryScalar(ValuePlan plan, Node node, out object? value)
    {
        value = null;
        if (node.Value is not { } text || node.HasChildren)
        {
            Fault(node, node.Kind == NodeKind.List ? $"needs {Wanted(plan)}, not a list" : $"needs {Wanted(plan)}, but {Below(node)} is given below it");
            return false;
        }

        if (!TryResolve(node, ref text))
        {
            return false;
        }

        var good = ScalarText.TryParse(plan.Form, text, out value);
        if (!good)
        {
            Fault(node, secret ? $"needs {Wanted(plan)}" : $"needs {Wanted(plan)}, not \"{text}\"");
        }

        return good;
    }

    private bool TryResolve(Node node, ref string text)
    {
        foreach (var resolver in settings.Resolvers)
        {
            var scheme = resolver.Scheme;
            if (text.Length > scheme.Length + 3 && text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && text.AsSpan(scheme.Length).StartsWith("://"))
            {
                this.resolved++;
                var resolved = resolver.Resolve(text[(scheme.Length + 3)..]);
                if (resolved is null)
                {
                    Fault(node, $"there is nothing behind the reference \"{text}\"");
                    return false;
                }

                text = resolved;
                return true;
            }
        }

        return true;
    }

    /// <summary>Whether a node has a text of its own that is no switch.</summary>
    private static bool IsStray(Node node) => node.Value is { Length: > 0 } text && !ScalarText.TryBoolean(text, out _);

    /// <summary>Labels may give a structure a text; it is of no effect, as in Traefik, but it is told.</summary>
    private void TellStray(Node node)
    {
        if (IsStray(node))
        {
            Warnings.Add(At(node, $"{Shown(node)} is ignored, for options belong below it"));
        }
    }

    private string Shown(Node node) => secret ? "its value" : $"\"{node.Value}\"";

    private static string Below(Node node) => node.HasChildren ? $"\"{node.Children[0].Name}\"" : "something";

    private static string Wanted(ValuePlan plan) => plan.Form switch
    {
        ValueForm.Boolean => "true or false",
        ValueForm.Integer or ValueForm.Long => "a whole number",
        ValueForm.Number => "a number",
        ValueForm.Duration => "a duration such as 30s or 1m30s",
        _ => "one text",
    };

    private static bool IsIndex(string name) =>
        name.Length > 0 && (name[0] == '[' || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private void Fault(Node node, string reason) => Faults.Add(At(node, reason));

    private DecodeFault At(Node node, string reason) =>
        new() { Source = node.Source, Line = node.Line, Path = string.Join('.', path).Replace(".[", "[", StringComparison.Ordinal), Reason = reason };
}
