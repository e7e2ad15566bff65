namespace Ingress.Proxy.Configuration.Templating;

/// <summary>A function's refusal; the evaluator adds where in the template it happened.</summary>
internal sealed class TemplateFault(string message) : Exception(message);

/// <summary>An argument of the wrong type; the evaluator adds the argument's text and place.</summary>
internal sealed class TemplateArgumentFault(int index, string expected, object? value) : Exception
{
    public int Index => index;

    public string Expected => expected;

    public object? Value => value;
}
