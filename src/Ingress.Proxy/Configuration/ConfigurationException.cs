namespace Ingress.Proxy.Configuration;

/// <summary>
/// A fault in one configured object, in words for the operator. Thrown while an object is built; the builder puts the message on that object's status
/// and leaves all others alone.
/// </summary>
public sealed class ConfigurationException : Exception
{
    public ConfigurationException()
    {
    }

    public ConfigurationException(string message)
        : base(message)
    {
    }

    public ConfigurationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
