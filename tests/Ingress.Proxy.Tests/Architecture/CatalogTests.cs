using Ingress.Proxy.Pipeline.Matching.Matchers;
using Ingress.Proxy.Pipeline.Middlewares;
using Ingress.Proxy.Pipeline.Middlewares.Tcp;
using Ingress.Testing;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>What exists is in its catalog, has a test and a row in the parity table.</summary>
public sealed class CatalogTests
{
    private const string Middlewares = "src/Ingress.Proxy/Pipeline/Middlewares/";
    private const string Providers = "src/Ingress.Providers/";

    /// <summary>Classes that their neighbours' tests cover.</summary>
    private static readonly IReadOnlyDictionary<string, string> TestedElsewhere = new Dictionary<string, string>
    {
        ["TcpIpAllowList"] = "the decisions are those of IpAllowList; the conformance corpus has the connections",
        ["TcpIpWhiteList"] = "as TcpIpAllowList",
    };

    private static readonly HashSet<string> TestFiles = [.. SourceTree.Sources.Where(file => !file.IsProduct).Select(file => Path.GetFileName(file.Path))];

    private static IEnumerable<string> CatalogClasses =>
        MiddlewareCatalog.All.Select(type => type.Build.Method.DeclaringType!.Name).Concat(TcpMiddlewareCatalog.All.Select(type => type.Build.Method.DeclaringType!.Name));

    [Fact]
    public void EveryMiddlewareIsInItsCatalog()
    {
        var known = CatalogClasses.ToHashSet();
        var forgotten =
            from file in SourceTree.Product
            where file.Path.StartsWith(Middlewares, StringComparison.Ordinal)
            from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            where method.Identifier.Text == "Build" && method.ParameterList.Parameters is [{ Type: IdentifierNameSyntax { Identifier.Text: "MiddlewareBuild" or "TcpMiddlewareBuild" } }]
            let name = ((TypeDeclarationSyntax)method.Parent!).Identifier.Text
            where !known.Contains(name)
            select $"{file.Path} {name}";

        Violations.None(forgotten);
    }

    [Fact]
    public void EveryMiddlewareHasATestFile() =>
        Violations.None(CatalogClasses.Distinct().Where(name => !TestFiles.Contains(name + "Tests.cs") && !TestedElsewhere.ContainsKey(name)));

    [Fact]
    public void EveryMiddlewareHasARowInTheParityTable()
    {
        var parity = File.ReadAllText(Repository.PathOf("docs/parity.md"));

        Violations.None(MiddlewareCatalog.All.Select(type => type.Key).Where(key => !parity.Contains(key, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void EveryMatcherIsInItsCatalogAndInTheMatchersTests()
    {
        var catalog = MatcherCatalog.Version3.Concat(MatcherCatalog.Version2).ToList();
        var classes = catalog.Select(type => type.Build.Method.DeclaringType!.Name).ToHashSet();
        var forgotten =
            from file in SourceTree.Product
            where file.Path.StartsWith("src/Ingress.Proxy/Pipeline/Matching/Matchers/", StringComparison.Ordinal)
            from method in file.Syntax.DescendantNodes().OfType<MethodDeclarationSyntax>()
            where method.Identifier.Text == "Build" && method.Parent is ClassDeclarationSyntax
            let name = ((ClassDeclarationSyntax)method.Parent!).Identifier.Text
            where !classes.Contains(name)
            select $"{file.Path} {name}";
        var tests = string.Concat(SourceTree.Sources.Where(file => file.Path.StartsWith("tests/Ingress.Proxy.Tests/Pipeline/Matching/", StringComparison.Ordinal)).Select(file => file.Text));

        Violations.None(forgotten);
        Violations.None(catalog.Select(type => type.Name).Where(name => !tests.Contains(name + "(", StringComparison.Ordinal)));
    }

    [Fact]
    public void EveryBalancingStrategyIsTested()
    {
        var tests = string.Concat(SourceTree.Sources.Where(file => file.Path.StartsWith("tests/Ingress.Proxy.Tests/Pipeline/Services/", StringComparison.Ordinal)).Select(file => file.Text));
        var strategies =
            from file in SourceTree.Product
            where file.Path.StartsWith("src/Ingress.Proxy/Pipeline/Services/Balancing/", StringComparison.Ordinal)
            from type in file.Syntax.DescendantNodes().OfType<ClassDeclarationSyntax>()
            where type.BaseList?.Types.Any(entry => entry.Type.ToString().StartsWith("BalancingStrategy", StringComparison.Ordinal)) == true
            select type.Identifier.Text;

        Assert.NotEmpty(strategies);
        Violations.None(strategies.Where(name => !tests.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void EveryProviderIsInItsCatalogAndHasTests()
    {
        var catalog = File.ReadAllText(Repository.PathOf(Providers + "ProviderCatalog.cs"));
        var providers = SourceTree.Product.Where(file => file.Path.StartsWith(Providers, StringComparison.Ordinal) && file.Path.EndsWith("Provider.cs", StringComparison.Ordinal)).ToList();
        var tested = SourceTree.Sources.Where(file => file.Path.StartsWith("tests/Ingress.Providers.Tests/", StringComparison.Ordinal)).Select(file => Path.GetFileName(file.Path)).ToHashSet();

        Assert.NotEmpty(providers);
        Violations.None(providers.Select(file => Path.GetFileNameWithoutExtension(file.Path)).Where(name => !catalog.Contains(name, StringComparison.Ordinal) || !tested.Contains(name + "Tests.cs")));
    }
}
