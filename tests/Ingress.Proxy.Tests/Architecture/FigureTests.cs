using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ingress.Proxy.Tests.Architecture;

/// <summary>Sizes: small enough to be read in one go.</summary>
public sealed class FigureTests
{
    private const int LinesOfAFile = 400;
    private const int LinesOfAMethod = 60;
    private const int FilesOfAFolder = 30;

    [Fact]
    public void NoFileIsLongerThanFourHundredLines()
    {
        var tooLong = SourceTree.Sources.Where(file => file.Lines > LinesOfAFile && !HouseExceptions.LongFiles.ContainsKey(file.Path)).Select(file => $"{file.Path}: {file.Lines}");

        Violations.None(tooLong);
    }

    [Fact]
    public void NoMethodIsLongerThanSixtyLines()
    {
        var tooLong =
            from file in SourceTree.Product
            from method in file.Syntax.DescendantNodes().Where(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
            let lines = LinesOf(method)
            where lines > LinesOfAMethod && !HouseExceptions.LongMethods.ContainsKey($"{file.Path} {NameOf(method)}")
            select $"{SourceTree.At(file, method)} {NameOf(method)}: {lines}";

        Violations.None(tooLong);
    }

    [Fact]
    public void NoFolderHasMoreThanThirtyFiles()
    {
        var tooFull = SourceTree.Sources
            .GroupBy(file => file.Folder)
            .Where(folder => folder.Count() > FilesOfAFolder && !HouseExceptions.FullFolders.ContainsKey(folder.Key))
            .Select(folder => $"{folder.Key}: {folder.Count()}");

        Violations.None(tooFull);
    }

    [Fact]
    public void NoExceptionIsLeftThatNothingNeeds()
    {
        var files = HouseExceptions.LongFiles.Keys.Where(path => SourceTree.Sources.FirstOrDefault(file => file.Path == path) is not { Lines: > LinesOfAFile });

        Violations.None(files);
        Assert.All(HouseExceptions.LongMethods.Keys, key => Assert.Contains(SourceTree.Sources, file => key.StartsWith(file.Path + " ", StringComparison.Ordinal)));
    }

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        _ => node.GetType().Name,
    };
}
