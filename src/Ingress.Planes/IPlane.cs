using Ingress.Proxy.Extensibility;

namespace Ingress.Planes;

/// <summary>A module beside the proxy, such as DNS or a portal. It reaches the proxy through its public doors only, and is off unless its section is present under <c>planes</c>.</summary>
public interface IPlane
{
    /// <summary>The plane's key under <c>planes</c> and the name of its internal service.</summary>
    string Name { get; }

    /// <summary>The providers, internal services and certificate sources that the plane adds. Default: none.</summary>
    IEnumerable<IInternalService> InternalServices => [];

    /// <summary>The configuration that the plane publishes. Default: none.</summary>
    IEnumerable<IProvider> Providers => [];
}
