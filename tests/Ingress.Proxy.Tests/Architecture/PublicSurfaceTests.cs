using System.Reflection;
using System.Text;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>What the proxy shows to providers and planes: a new door is a visible difference in the approved file.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void ThePublicSurfaceIsTheApprovedOne()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(Extensibility.IProvider).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName).Append('\n');
            // Options are many and documented on their own; of the doors every member counts.
            if (type.Namespace == "Ingress.Proxy.Extensibility")
            {
                foreach (var member in Members(type))
                {
                    text.Append("    ").Append(member).Append('\n');
                }
            }
        }

        GoldenFiles.Check("tests/Ingress.Proxy.Tests/Architecture/PublicSurface.txt", text.ToString());
    }

    private static IEnumerable<string> Members(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(member => member is not MethodBase { IsSpecialName: true } && member is not ConstructorInfo && member.Name is not ("Equals" or "GetHashCode" or "ToString" or "<Clone>$" or "Deconstruct"))
        .Select(member => member.ToString()!)
        .Order(StringComparer.Ordinal);
}
