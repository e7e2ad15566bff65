using Ingress.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>What stands beside the code: doc comments of options and doors, the map, the tree without leftovers.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void EveryPublicTypeHasADocComment()
    {
        var bare =
            from file in SourceTree.Product
            from type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            where type.AncestorsAndSelf().OfType<BaseTypeDeclarationSyntax>().All(outer => outer.Modifiers.Any(SyntaxKind.PublicKeyword)) && Summary(type).Length == 0
            select $"{SourceTree.At(file, type)} {type.Identifier.Text}";

        Violations.None(bare);
    }

    [Fact]
    public void EveryOptionHasADocCommentThatNamesItsDefault()
    {
        var bare =
            from file in SourceTree.Product
            from record in file.Syntax.DescendantNodes().OfType<RecordDeclarationSyntax>()
            where record.Modifiers.Any(SyntaxKind.PublicKeyword) && (record.Identifier.Text.EndsWith("Options", StringComparison.Ordinal) || record.Identifier.Text.EndsWith("Config", StringComparison.Ordinal))
            from property in record.Members.OfType<PropertyDeclarationSyntax>()
            where property.Modifiers.Any(SyntaxKind.PublicKeyword) && property.AccessorList?.Accessors.Any(SyntaxKind.InitAccessorDeclaration) == true
            let summary = Summary(property)
            where summary.Length == 0 || (!property.Modifiers.Any(SyntaxKind.RequiredKeyword) && !summary.Contains("default", StringComparison.OrdinalIgnoreCase) && !summary.Contains("Required", StringComparison.Ordinal))
            select $"{SourceTree.At(file, property)} {record.Identifier.Text}.{property.Identifier.Text}";

        Violations.None(bare);
    }

    [Fact]
    public void TheMapNamesEveryFolderOfTheProxyAndNoOther()
    {
        const string Proxy = "src/Ingress.Proxy";
        var folders = SourceTree.Product
            .Where(file => file.Path.StartsWith(Proxy + "/", StringComparison.Ordinal) && file.Folder != Proxy)
            .Select(file => file.Folder[(Proxy.Length + 1)..] + "/")
            .Distinct()
            .ToList();
        var map = File.ReadAllText(Repository.PathOf(Proxy + "/README.md"));
        var named = map.Split('`').Where((part, index) => index % 2 == 1 && part.EndsWith('/')).ToHashSet();

        Violations.None(folders.Where(folder => !named.Contains(folder)));
        Violations.None(named.Where(name => !Directory.Exists(Repository.PathOf(Proxy + "/" + name))));
    }

    private static string Summary(SyntaxNode node)
    {
        var comment = node.GetLeadingTrivia().Select(trivia => trivia.GetStructure()).OfType<DocumentationCommentTriviaSyntax>().FirstOrDefault();
        return comment?.Content.ToString().Replace("///", "", StringComparison.Ordinal).Trim() ?? "";
    }
}
