namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>The configuration in force: all objects of all providers under their qualified names, each with its status.</summary>
public sealed record RuntimeConfiguration
{
}
