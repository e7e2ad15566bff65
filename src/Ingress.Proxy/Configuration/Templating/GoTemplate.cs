using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>
/// A template in the language of Go's text/template, as Traefik's files and default rules are written in. Dictionaries are seen by key, objects by the
/// names of their properties.
/// </summary>
public sealed class GoTemplate
{
    private readonly IReadOnlyDictionary<string, Block> blocks;
    private readonly TemplateFunctionSet functions;

    private GoTemplate(string name, string text, IReadOnlyDictionary<string, Block> blocks, TemplateFunctionSet functions)
    {
        Name = name;
        Text = text;
        this.blocks = blocks;
        this.functions = functions;
    }

    /// <summary>The name that messages show, such as the file's.</summary>
    public string Name { get; }

    /// <summary>The template as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a template that may call what configuration files may call.</summary>
    /// <exception cref="TemplateException">The text is no template; the message names the line.</exception>
    public static GoTemplate Parse(string name, string text) => Parse(name, text, TemplateFunctionSet.File);

    /// <summary>Reads a template that may call these functions.</summary>
    /// <exception cref="TemplateException">The text is no template; the message names the line.</exception>
    public static GoTemplate Parse(string name, string text, TemplateFunctionSet functions) =>
        new(name, text, TemplateParser.Parse(name, text, functions), functions);

    /// <summary>The text that comes out for some data.</summary>
    /// <exception cref="TemplateException">A function failed or a value did not fit; the message names line and column.</exception>
    public string Execute(object? data)
    {
        var output = new StringBuilder();
        new TemplateEvaluator(Name, Text, blocks, functions, output).Run(data);
        return output.ToString();
    }
}
