using System.Globalization;
using System.Runtime.InteropServices;
using Ingress.Proxy;

namespace Ingress.Commands;

/// <summary>Says which version this is (<c>version</c>).</summary>
internal static class VersionCommand
{
    public static int Run()
    {
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : "windows";
        var processor = RuntimeInformation.OSArchitecture.ToString().ToLower(CultureInfo.InvariantCulture);
        Console.WriteLine($"Version:      {ProductVersion.Number}");
        Console.WriteLine($"Codename:     {ProductVersion.Codename}");
        Console.WriteLine($".NET version: {Environment.Version}");
        Console.WriteLine($"OS/Arch:      {system}/{processor}");
        return 0;
    }
}
