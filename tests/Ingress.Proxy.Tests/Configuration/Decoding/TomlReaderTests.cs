using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class TomlReaderTests
{
    [Fact]
    public void ReadsTablesArraysAndDottedKeys()
    {
        var root = Read("""
            top = true
            [http.routers.r]
            rule = "Host(`a`)"
            priority = 0x10
            tls.options = 'o'
            middlewares = ["m", "n"]
            [[tls.certificates]]
            certFile = "a"
            [[tls.certificates]]
            certFile = "b"
            inline = {x = 1.5, "y.z" = 2}
            """);

        var router = root.Find("http")!.Find("routers")!.Find("r")!;
        Assert.Equal("true", root.Find("top")!.Value);
        Assert.Equal("Host(`a`)", router.Find("rule")!.Value);
        Assert.Equal("16", router.Find("priority")!.Value);
        Assert.Equal("o", router.Find("tls")!.Find("options")!.Value);
        Assert.Equal(["m", "n"], router.Find("middlewares")!.Children.Select(item => item.Value));
        var certificates = root.Find("tls")!.Find("certificates")!;
        Assert.Equal(NodeKind.List, certificates.Kind);
        Assert.Equal(["a", "b"], certificates.Children.Select(item => item.Find("certFile")!.Value));
        Assert.Equal("1.5", certificates.Children[1].Find("inline")!.Find("x")!.Value);
        Assert.Equal("2", certificates.Children[1].Find("inline")!.Find("y.z")!.Value);
        Assert.Equal(3, router.Find("rule")!.Line);
    }

    [Theory]
    [InlineData("a = 1\na = 2\n", 2)]
    [InlineData("a = \n", 1)]
    [InlineData("[a]\nb = 1\n[a]\n", 3)]
    [InlineData("a = [1, 2\n", 2)]
    public void NamesTheLineOfWhatIsWrong(string text, int line)
    {
        var faults = TomlReader.Read(text, "dyn.toml").Faults;

        Assert.Contains(faults, fault => fault.Line == line && fault.Source == "dyn.toml");
    }

    [Fact]
    public void AnEmptyFileHasNoRoot() => Assert.Null(TomlReader.Read("# nothing\n", "dyn.toml").Root);

    private static Node Read(string text)
    {
        var result = TomlReader.Read(text, "dyn.toml");
        Assert.Empty(result.Faults);
        return result.Root!;
    }
}
