namespace Ingress.Proxy.Configuration.DynamicModel;

/// <summary>The root of what a provider publishes. A section that is null was not given at all, which differs from an empty one.</summary>
public sealed record DynamicConfiguration
{
}
