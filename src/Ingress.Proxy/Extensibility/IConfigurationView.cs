using Ingress.Proxy.Configuration.Runtime;

namespace Ingress.Proxy.Extensibility;

/// <summary>A window on the configuration in force and the status of its objects.</summary>
public interface IConfigurationView
{
    /// <summary>What is in force now; immutable, replaced as a whole.</summary>
    RuntimeConfiguration Current { get; }

    /// <summary>Raised after another configuration has come into force.</summary>
    event Action? Changed;
}
