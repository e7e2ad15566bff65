using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("a: x", "x")]
    [InlineData("a: 0x10", "16")]
    [InlineData("a: 010", "8")]
    [InlineData("a: 0o17", "15")]
    [InlineData("a: 1_000", "1000")]
    [InlineData("a: +5", "5")]
    [InlineData("a: -5", "-5")]
    [InlineData("a: 1.5", "1.5")]
    [InlineData("a: True", "true")]
    [InlineData("a: yes", "yes")]
    [InlineData("a: \"010\"", "010")]
    [InlineData("a: 'null'", "null")]
    [InlineData("a: 10.0.0.1", "10.0.0.1")]
    [InlineData("a: 2020-01-01", "2020-01-01")]
    [InlineData("a: >-\n  one\n  two", "one two")]
    [InlineData("{\"a\": \"json\"}", "json")]
    public void ReadsScalarsAsGoDoes(string text, string expected) =>
        Assert.Equal(expected, Read(text).Find("a")!.Value);

    [Theory]
    [InlineData("a:")]
    [InlineData("a: ~")]
    [InlineData("a: null")]
    public void KnowsNothingFromEmptyText(string text) => Assert.Equal(NodeKind.Null, Read(text).Find("a")!.Kind);

    [Fact]
    public void FollowsAnchorsAndMergeKeys()
    {
        var root = Read("base: &base {x: 1, y: 2}\nmerged:\n  <<: *base\n  y: 3\nagain: *base\n");

        Assert.Equal("1", root.Find("merged")!.Find("x")!.Value);
        Assert.Equal("3", root.Find("merged")!.Find("y")!.Value);
        Assert.Equal("2", root.Find("again")!.Find("y")!.Value);
    }

    [Fact]
    public void ReadsTheFirstDocumentOnly() => Assert.Null(Read("a: 1\n---\nb: 2\n").Find("b"));

    [Fact]
    public void KnowsTheLineOfEveryNode() => Assert.Equal(3, Read("a:\n  b:\n    c: 1\n").Find("a")!.Find("b")!.Find("c")!.Line);

    [Theory]
    [InlineData("a: 1\na: 2\n", 2)]
    [InlineData("a:\n  b: [\n", 3)]
    [InlineData("a:\n\tb: 1\n", 2)]
    [InlineData("a: {b: 1\nc: 2", 2)]
    [InlineData("a: *unknown\n", 1)]
    [InlineData("- a\n- b\n", 1)]
    [InlineData("a: &x [*x]\n", 1)]
    public void NamesTheLineOfWhatIsWrong(string text, int line)
    {
        var fault = Assert.Single(YamlReader.Read(text, "dyn.yml").Faults);

        Assert.Equal("dyn.yml", fault.Source);
        Assert.Equal(line, fault.Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    public void AnEmptyFileHasNoRoot(string text)
    {
        var result = YamlReader.Read(text, "dyn.yml");

        Assert.Null(result.Root);
        Assert.Empty(result.Faults);
    }

    [Fact]
    public void RefusesEndlessNesting() => Assert.NotEmpty(YamlReader.Read(new string('[', 500), "dyn.yml").Faults);

    private static Node Read(string text)
    {
        var result = YamlReader.Read(text, "dyn.yml");
        Assert.Empty(result.Faults);
        return result.Root!;
    }
}
