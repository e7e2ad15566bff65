using System.Reflection;

namespace Ingress.Proxy;

/// <summary>What this product calls itself.</summary>
internal static class ProductVersion
{
    /// <summary>The version, such as 0.1.0.</summary>
    public static string Number { get; } = typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>The name of the line of versions.</summary>
    public static string Codename => "ingress";
}
