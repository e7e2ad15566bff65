using Xunit;

namespace Ingress.Testing;

/// <summary>A test that starts a real Podman; where that cannot be, it is reported as skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PodmanFactAttribute : FactAttribute
{
    /// <summary>Decides whether the test can run here.</summary>
    public PodmanFactAttribute() => Skip = PodmanService.Unavailable;
}
