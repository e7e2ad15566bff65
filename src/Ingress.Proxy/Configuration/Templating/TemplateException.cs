namespace Ingress.Proxy.Configuration.Templating;

/// <summary>A template that cannot be read or executed; the message names template and line in Go's form.</summary>
public sealed class TemplateException : Exception
{
    public TemplateException(string message, int line)
        : base(message)
    {
        Line = line;
    }

    /// <summary>The line of the template at fault, counted from 1.</summary>
    public int Line { get; }
}
