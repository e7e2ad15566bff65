using System.Text.Json;
using Ingress.Proxy.Configuration.Expressions;

namespace Ingress.Proxy.Tests.Configuration.Expressions;

public sealed class GoRegexTests
{
    [Fact]
    public void SyntaxIsAcceptedAndRefusedWithTheWordsOfGo()
    {
        foreach (var row in Rows("syntax.json"))
        {
            Assert.Equal($"{row[0]}: {row[1]}", $"{row[0]}: {Outcome(row[0])}");
        }
    }

    [Fact]
    public void ReplacementsAreThoseOfGo()
    {
        var wrong = new List<string>();
        foreach (var row in Rows("replacements.json"))
        {
            var actual = GoRegex.Compile(row[0]).ReplaceAll(row[1], row[2]);
            if (actual != row[3])
            {
                wrong.Add($"{row[0]} in '{row[1]}' by {row[2]}: expected '{row[3]}', got '{actual}'");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("^/api$", "/api", true)]
    [InlineData("^/api$", "/api\n", false)]
    [InlineData("^/api", "/api/v1", true)]
    [InlineData("api$", "/v1/api", true)]
    [InlineData("(api)", "/v1/api/x", true)]
    [InlineData("^$", "", true)]
    [InlineData("", "anything", true)]
    [InlineData("^.+$", "", false)]
    [InlineData("^[a-z0-9-]+\\.example\\.com$", "a-1.example.com", true)]
    [InlineData("^[a-z0-9-]+\\.example\\.com$", "a.b.example.com", false)]
    [InlineData("(?i)^WWW\\.", "www.test", true)]
    [InlineData("\\d", "٣", false)]
    public void MatchesLiteralsAndClasses(string pattern, string input, bool expected) =>
        Assert.Equal(expected, GoRegex.Compile(pattern).IsMatch(input));

    [Fact]
    public void TheLeftmostMatchGivesItsGroups()
    {
        var match = GoRegex.Compile("(?P<name>[a-z]+)-(\\d+)?").FirstMatch("  ab-cd-7");
        Assert.NotNull(match);
        Assert.Equal((2, 3, "ab-"), (match.Index, match.Length, match.Value));
        Assert.Equal(("ab", "", false), (match.Group("name"), match.Group(2), match.HasGroup(2)));
    }

    [Fact]
    public void NoMatchIsNull() => Assert.Null(GoRegex.Compile("x+").FirstMatch("abc"));

    [Fact]
    public void QuotedTextMatchesItself()
    {
        const string Text = @"a.b*c[d]{e}(f)^$|\+?";
        Assert.True(GoRegex.Compile("^" + GoRegex.Quote(Text) + "$").IsMatch(Text));
    }

    [Fact]
    public void HostilePatternsTakeLinearTime()
    {
        // A backtracking engine would not come to an end here.
        Assert.False(GoRegex.Compile("^(a+)+$").IsMatch(new string('a', 20_000) + "!"));
    }

    [Fact]
    public void TheSamePatternIsCompiledOnce() => Assert.Same(GoRegex.Compile("same[0-9]"), GoRegex.Compile("same[0-9]"));

    private static string Outcome(string pattern)
    {
        try
        {
            return GoRegex.Compile(pattern).IsMatch("ab") ? "true" : "false";
        }
        catch (GoRegexException exception)
        {
            return exception.Message;
        }
    }

    private static List<string[]> Rows(string file) =>
        JsonSerializer.Deserialize<List<string[]>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Configuration/Expressions", file)))!;
}
