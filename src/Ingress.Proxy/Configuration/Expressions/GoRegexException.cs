namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>A regular expression that cannot be used; the message names the part at fault as Go would.</summary>
public sealed class GoRegexException : Exception
{
    public GoRegexException(string message)
        : base(message)
    {
    }

    public GoRegexException(string message, Exception inner)
        : base(message, inner)
    {
    }

    internal static GoRegexException At(string fault, string fragment) => new($"error parsing regexp: {fault}: `{fragment}`");
}
