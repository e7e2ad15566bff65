using System.Text.RegularExpressions;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>Who may know whom.</summary>
public sealed partial class ArrowTests
{
    /// <summary>What several providers share, named for what it is.</summary>
    private static readonly string[] SharedByProviders = ["Labels", "DockerEngine", "KeyValue", "KubernetesApi"];

    [Fact]
    public void TheProxyReferencesNoOtherAssemblyOfOurs()
    {
        var ours = typeof(Extensibility.IProvider).Assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("Ingress", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(ours);
    }

    [Theory]
    [InlineData("Ingress.Providers", "Ingress.Proxy")]
    [InlineData("Ingress.Planes", "Ingress.Proxy")]
    [InlineData("Ingress", "Ingress.Planes Ingress.Providers Ingress.Proxy")]
    public void AProjectReferencesOnlyWhatStandsBelowIt(string project, string allowed)
    {
        var text = File.ReadAllText(Repository.PathOf($"src/{project}/{project}.csproj"));
        var references = ProjectReference().Matches(text).Select(match => match.Groups[1].Value).Order();

        Assert.Equal(allowed.Split(' '), references);
    }

    [Theory]
    [InlineData("Ingress.Planes")]
    [InlineData("Ingress.Providers")]
    public void NoPlaneAndNoProviderNamesAnother(string project)
    {
        var root = $"src/{project}/";
        var files = SourceTree.Product.Where(file => file.Path.StartsWith(root, StringComparison.Ordinal) && file.Path.Count(letter => letter == '/') > 2).ToList();
        var modules = files.Select(file => ModuleOf(file.Path)).Distinct().Except(SharedByProviders).ToList();
        var named =
            from file in files
            from other in modules
            where other != ModuleOf(file.Path)
            where Names(file.Text, project, other)
            select $"{file.Path} names {other}";

        Violations.None(named);
    }

    private static string ModuleOf(string path) => path.Split('/')[2];

    /// <summary>A sibling namespace is reachable without a using, so bare names count as well: <c>Docker.Something</c>; the library Docker.DotNet is none of ours.</summary>
    private static bool Names(string text, string project, string module) =>
        Regex.IsMatch(text, $@"{Regex.Escape(project)}\.{module}\b", RegexOptions.None, TimeSpan.FromSeconds(5))
        || Regex.IsMatch(text, $@"(?<![\w.""/]){module}\.(?!DotNet\b)[A-Z]\w*(?=[\s(.;,>)])(?![^\n]*///)", RegexOptions.None, TimeSpan.FromSeconds(5)) && !module.Equals("Http", StringComparison.Ordinal);

    [GeneratedRegex("<ProjectReference Include=\"[^\"]*/([^/\"]+)\\.csproj\"")]
    private static partial Regex ProjectReference();
}
