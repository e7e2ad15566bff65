using System.Collections;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>The arguments of a call, checked for their types as Go does when they are read.</summary>
internal readonly struct TemplateArguments(object?[] values)
{
    public int Count => values.Length;

    public object?[] All => values;

    public object? this[int index] => values[index];

    public object?[] From(int index) => values[index..];

    public string Text(int index) => values[index] as string ?? throw new TemplateArgumentFault(index, "string", values[index]);

    public long Integer(int index) =>
        GoValue.Normalize(values[index]) is long number ? number : throw new TemplateArgumentFault(index, "integer", values[index]);

    /// <summary>A whole number in the range of a count; anything larger is of no use and would only exhaust memory.</summary>
    public int Count32(int index) => (int)Math.Clamp(Integer(index), int.MinValue, int.MaxValue);

    public bool Boolean(int index) => values[index] is bool flag ? flag : throw new TemplateArgumentFault(index, "bool", values[index]);

    public IList List(int index, string function) =>
        values[index] is IList list ? list : throw new TemplateFault($"Cannot find {function} on type {GoValue.TypeName(values[index])}");

    public Dictionary<string, object?> Dictionary(int index) =>
        values[index] as Dictionary<string, object?>
        ?? (GoValue.Entries(values[index], out _) is { } entries ? new Dictionary<string, object?>(entries, StringComparer.Ordinal) : null)
        ?? throw new TemplateArgumentFault(index, "map[string]interface {}", values[index]);
}
