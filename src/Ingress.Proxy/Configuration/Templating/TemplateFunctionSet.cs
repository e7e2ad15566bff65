using Ingress.Proxy.Configuration.Templating.Functions;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>A function of a template: it gets the values of its arguments, whose number is already right.</summary>
internal delegate object? TemplateFunction(TemplateArguments arguments);

internal sealed record TemplateFunctionEntry(string Name, int Minimum, int Maximum, TemplateFunction Call);

/// <summary>The functions that a template may call.</summary>
public sealed class TemplateFunctionSet
{
    private readonly Dictionary<string, TemplateFunctionEntry> entries = new(StringComparer.Ordinal);

    private TemplateFunctionSet()
    {
        BuiltInFunctions.AddTo(this);
        TextFunctions.AddTo(this);
        CaseFunctions.AddTo(this);
        ListFunctions.AddTo(this);
        DictionaryFunctions.AddTo(this);
        MathFunctions.AddTo(this);
        ConversionFunctions.AddTo(this);
        DefaultFunctions.AddTo(this);
        EncodingFunctions.AddTo(this);
        RegexFunctions.AddTo(this);
        DateFunctions.AddTo(this);
        SystemFunctions.AddTo(this);
        SemanticVersionFunctions.AddTo(this);
        UrlFunctions.AddTo(this);
    }

    /// <summary>What default rules may call: Go's built-ins, the sprig text functions, and <c>normalize</c>.</summary>
    public static TemplateFunctionSet DefaultRule { get; } = new();

    /// <summary>What configuration files may call: as <see cref="DefaultRule"/>, but <c>split</c> takes a text and a separator and gives a list.</summary>
    public static TemplateFunctionSet File { get; } = new TemplateFunctionSet()
        .Add("split", 2, a => TextFunctions.Split(a.Text(0), a.Text(1)));

    internal TemplateFunctionEntry? Find(string name) => entries.GetValueOrDefault(name);

    internal TemplateFunctionSet Add(string name, int arguments, TemplateFunction call) => Add(name, arguments, arguments, call);

    internal TemplateFunctionSet AddVariadic(string name, int minimum, TemplateFunction call) => Add(name, minimum, int.MaxValue, call);

    /// <summary>Adds a function and its twin whose name begins with <c>must</c>.</summary>
    internal TemplateFunctionSet AddWithMust(string name, int arguments, TemplateFunction call) =>
        Add(name, arguments, call).Add("must" + char.ToUpperInvariant(name[0]) + name[1..], arguments, call);

    private TemplateFunctionSet Add(string name, int minimum, int maximum, TemplateFunction call)
    {
        entries[name] = new TemplateFunctionEntry(name, minimum, maximum, call);
        return this;
    }
}
