using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>Names that say nothing, and the shape of types.</summary>
public sealed partial class NameTests
{
    private static readonly string[] FoldersOfTheHomeless = ["Common", "Shared", "Misc", "Infrastructure", "Internal", "Utils", "Utilities", "Helpers"];

    [Fact]
    public void NoTypeIsNamedForNothing()
    {
        var named =
            from file in SourceTree.Sources
            from type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            where NamedForNothing().IsMatch(type.Identifier.Text)
            select $"{SourceTree.At(file, type)} {type.Identifier.Text}";

        Violations.None(named);
    }

    [Fact]
    public void NoFolderIsAHomeOfTheHomeless()
    {
        var folders = SourceTree.Sources.Select(file => file.Folder).Distinct().Where(folder => folder.Split('/').Intersect(FoldersOfTheHomeless).Any());

        Violations.None(folders);
    }

    [Fact]
    public void EveryClassIsSealedStaticOrAbstract()
    {
        var open =
            from file in SourceTree.Sources
            where !file.Path.StartsWith("load-tests/micro/", StringComparison.Ordinal) // BenchmarkDotNet derives from benchmarks.
            from type in file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>()
            where !HouseExceptions.OpenClasses.ContainsKey(type.Identifier.Text)
            where type is ClassDeclarationSyntax || (type is RecordDeclarationSyntax && !type.IsKind(SyntaxKind.RecordStructDeclaration))
            where !type.Modifiers.Any(SyntaxKind.SealedKeyword) && !type.Modifiers.Any(SyntaxKind.StaticKeyword) && !type.Modifiers.Any(SyntaxKind.AbstractKeyword)
            select $"{SourceTree.At(file, type)} {type.Identifier.Text}";

        Violations.None(open);
    }

    [Fact]
    public void AnInterfaceIsADoorOrHasTwoImplementations()
    {
        var types = SourceTree.Product.SelectMany(file => file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>()).ToList();
        var lonely =
            from file in SourceTree.Product
            where !file.Path.StartsWith("src/Ingress.Proxy/Extensibility/", StringComparison.Ordinal)
            from type in file.Syntax.DescendantNodes().OfType<InterfaceDeclarationSyntax>()
            let name = type.Identifier.Text
            where name != "IPlane" && !HouseExceptions.LonelyInterfaces.ContainsKey(name) && types.Count(other => Implements(other, name)) < 2
            select $"{SourceTree.At(file, type)} {name}";

        Violations.None(lonely);
    }

    [Fact]
    public void NoClassHasItsFoldersName()
    {
        var same =
            from file in SourceTree.Product
            from type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            where file.Folder.EndsWith("/" + type.Identifier.Text, StringComparison.Ordinal)
            select SourceTree.At(file, type);

        Violations.None(same);
    }

    private static bool Implements(TypeDeclarationSyntax type, string name) =>
        type.BaseList?.Types.Any(entry => entry.Type.ToString().Split('<')[0].Split('.')[^1] == name) == true;

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utility|Utilities)$")]
    private static partial Regex NamedForNothing();
}
