using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Matching;

namespace Ingress.Proxy.Tests.Pipeline.Matching;

public sealed class HttpRuleTests
{
    // What Traefik 3.7 says to each of them, after "error while parsing rule R: ".
    [Theory]
    [InlineData("", "parsing rule : 1:1: expected operand, found 'EOF'")]
    [InlineData("   ", "parsing rule    : 1:4: expected operand, found 'EOF'")]
    [InlineData("Hosts(`x`)", "parsing rule {0}: unsupported function: Hosts")]
    [InlineData("HoSt(`a`)", "parsing rule {0}: unsupported function: HoSt")]
    [InlineData("a.Host(`a`)", "parsing rule {0}: unsupported function: a.Host")]
    [InlineData("!Foo(`x`)", "parsing rule {0}: unsupported function: Foo")]
    [InlineData("Host(`a`)(`b`)", "parsing rule {0}: expected identifier, got: *ast.CallExpr")]
    [InlineData("Host(`a`,`b`)", "adding rule {0}: error while adding rule Host: unexpected number of parameters; got 2, expected one of [1]")]
    [InlineData("Header(`X`)", "adding rule {0}: error while adding rule Header: unexpected number of parameters; got 1, expected one of [2]")]
    [InlineData("Query(`a`,`b`,`c`)", "adding rule {0}: error while adding rule Query: unexpected number of parameters; got 3, expected one of [1 2]")]
    [InlineData("Host()", "adding rule {0}: error while checking rule Host: no args for matcher Host")]
    [InlineData("Host(``)", "adding rule {0}: error while checking rule Host: empty args for matcher Host, []")]
    [InlineData("Query(`a`,``)", "adding rule {0}: error while checking rule Query: empty args for matcher Query, [a ]")]
    [InlineData("Header(``,`x`)", "adding rule {0}: error while checking rule Header: empty args for matcher Header, [ x]")]
    [InlineData("Host(`a`)&&Path(`x`)", "adding rule {0}: error while adding rule Path: path \"x\" does not start with a '/'")]
    [InlineData("PathPrefix(`x`)", "adding rule {0}: error while adding rule PathPrefix: path \"x\" does not start with a '/'")]
    [InlineData("HostRegexp(`(`)", "adding rule {0}: error while adding rule HostRegexp: compiling HostRegexp matcher: error parsing regexp: missing closing ): `(`")]
    [InlineData("PathRegexp(`[`)", "adding rule {0}: error while adding rule PathRegexp: compiling PathPrefix matcher: error parsing regexp: missing closing ]: `[`")]
    [InlineData("HeaderRegexp(`X`,`(`)", "adding rule {0}: error while adding rule HeaderRegexp: compiling HeaderRegexp matcher: error parsing regexp: missing closing ): `(`")]
    [InlineData("QueryRegexp(`x`,`*`)", "adding rule {0}: error while adding rule QueryRegexp: compiling QueryRegexp matcher: error parsing regexp: missing argument to repetition operator: `*`")]
    [InlineData("PathRegexp(`^/(?!api)`)", "adding rule {0}: error while adding rule PathRegexp: compiling PathPrefix matcher: error parsing regexp: invalid or unsupported Perl syntax: `(?!`")]
    [InlineData("ClientIP(`10.0.0.0/33`)", "adding rule {0}: error while adding rule ClientIP: initializing IP checker for ClientIP matcher: parsing CIDR trusted IPs <nil>: invalid CIDR address: 10.0.0.0/33")]
    [InlineData("Host(`bücher.test`)", "adding rule {0}: error while adding rule Host: invalid value \"bücher.test\" for Host matcher, non-ASCII characters are not allowed")]
    [InlineData("Host(\"\\u00e9\")", "adding rule {0}: error while adding rule Host: invalid value \"é\" for Host matcher, non-ASCII characters are not allowed")]
    [InlineData("Host(noticks.test)", "parsing rule {0}: noticks.test is not defined")]
    [InlineData("Host(`a`) && Host", "parsing rule {0}: Host is not defined")]
    [InlineData("true", "parsing rule {0}: true is not defined")]
    [InlineData("Host(`u`) && (Path(`/`)", "parsing rule {0}: 1:24: expected ')', found newline")]
    [InlineData("(((", "parsing rule {0}: 1:4: expected operand, found 'EOF'")]
    [InlineData("Host(`u`) and Path(`/`)", "parsing rule {0}: 1:11: expected 'EOF', found and")]
    [InlineData("Host(`a`) Path(`/`)", "parsing rule {0}: 1:11: expected 'EOF', found Path")]
    [InlineData("Host(`a`);Path(`/`)", "parsing rule {0}: 1:10: expected 'EOF', found ';'")]
    [InlineData("Host(`u`) & Path(`/`)", "parsing rule {0}: & is not supported")]
    [InlineData("Host(`a`) &^ Path(`/`)", "parsing rule {0}: &^ is not supported")]
    [InlineData("Host(`a`) == Host(`b`)", "parsing rule {0}: == is not supported")]
    [InlineData("-Host(`x`)", "parsing rule {0}: - is not supported")]
    [InlineData("Host(`u`) &&", "parsing rule {0}: 1:13: expected operand, found 'EOF'")]
    [InlineData("||Host(`a`)", "parsing rule {0}: 1:1: expected operand, found '||'")]
    [InlineData("if", "parsing rule {0}: 1:1: expected operand, found 'if'")]
    [InlineData("Host:v1.test", "parsing rule {0}: 1:5: expected 'EOF', found ':'")]
    [InlineData("Host(1)", "parsing rule {0}: reflect: cannot use int as type string in Call")]
    [InlineData("Host(`a`, 2)", "parsing rule {0}: reflect: cannot use int as type string in Call")]
    [InlineData("Host(Path(`/a`))", "parsing rule {0}: reflect: cannot use rules.TreeBuilder as type string in Call")]
    [InlineData("Host(-1)", "parsing rule {0}: *ast.UnaryExpr is not supported")]
    [InlineData("Host(`a`+`b`)", "parsing rule {0}: *ast.BinaryExpr is not supported")]
    [InlineData("Host[`a`]", "parsing rule {0}: properties are not supported")]
    [InlineData("Host{`a`}", "parsing rule {0}: *ast.CompositeLit is not supported")]
    [InlineData("Host('x')", "parsing rule {0}: unsupported function argument type: 'CHAR'")]
    [InlineData("Host(`a`) && 'x'", "parsing rule {0}: unsupported function argument type: 'CHAR'")]
    [InlineData("Host(\"x", "parsing rule {0}: 1:6: string literal not terminated")]
    [InlineData("Host(`x", "parsing rule {0}: 1:6: raw string literal not terminated")]
    [InlineData("Host(\"\\q\")", "parsing rule {0}: 1:8: unknown escape sequence")]
    [InlineData("?", "parsing rule {0}: 1:1: illegal character U+003F '?'")]
    [InlineData("Host(`a`) @", "parsing rule {0}: 1:11: illegal character U+0040 '@'")]
    [InlineData("Host(`a`)\n&& Path(`/b`)", "parsing rule {0}: 2:1: expected 'EOF', found '&&'")]
    [InlineData("`bare.test`", "obtaining build tree")]
    [InlineData("1", "obtaining build tree")]
    public void FaultsHaveTraefiksWords(string rule, string fault)
    {
        var exception = Assert.Throws<ConfigurationException>(() => HttpRule.Of(rule, ""));
        Assert.Equal($"error while parsing rule {rule}: {fault.Replace("{0}", rule, StringComparison.Ordinal)}", exception.Message);
    }

    [Theory]
    [InlineData("Host(`bücher`)", "error while adding rule Host: invalid value \"bücher\" for \"Host\" matcher, non-ASCII characters are not allowed")]
    [InlineData("Host(`a`,``)", "error while checking rule Host: empty args for matcher Host, [a ]")]
    [InlineData("HostRegexp(`bü`)", "error while adding rule HostRegexp: invalid value \"bü\" for HostRegexp matcher, non-ASCII characters are not allowed")]
    [InlineData("HostRegexp(`{x:[}`)", "error while adding rule HostRegexp: error parsing regexp: missing closing ]: `[$`")]
    [InlineData("HostRegexp(`{x`)", "error while adding rule HostRegexp: mux: unbalanced braces in \"{x\"")]
    [InlineData("HostRegexp(`x}`)", "error while adding rule HostRegexp: mux: unbalanced braces in \"x}\"")]
    [InlineData("HostRegexp(`{}`)", "error while adding rule HostRegexp: mux: missing name or pattern in \"{}\"")]
    [InlineData("HostRegexp(`{:a}`)", "error while adding rule HostRegexp: mux: missing name or pattern in \"{:a}\"")]
    [InlineData("Path(`/x`,`y`)", "error while adding rule Path: mux: path must start with a slash, got \"y\"")]
    [InlineData("Path(`/{a:(}`)", "error while adding rule Path: error parsing regexp: missing closing ): `^($`")]
    [InlineData("Headers(`a`,`b`,`c`)", "error while adding rule Headers: mux: number of parameters must be multiple of 2, got [a b c]")]
    [InlineData("HeadersRegexp(`a`,`(`)", "error while adding rule HeadersRegexp: error parsing regexp: missing closing ): `(`")]
    [InlineData("Query(`a`)", "error while adding rule Query: mux: number of parameters must be multiple of 2, got [a]")]
    [InlineData("Query(`a={`)", "error while adding rule Query: mux: unbalanced braces in \"a={\"")]
    [InlineData("ClientIP(`1.1.1.1`,`x`)", "error while adding rule ClientIP: could not initialize IP Checker for \"ClientIP\" matcher: parsing CIDR trusted IPs <nil>: invalid CIDR address: x")]
    public void FaultsOfTheOldSyntaxHaveTraefiksWords(string rule, string fault)
    {
        var exception = Assert.Throws<ConfigurationException>(() => HttpRule.Of(rule, "v2"));
        Assert.Equal($"error while parsing rule {rule}: adding rule {rule}: {fault}", exception.Message);
    }

    [Theory]
    [InlineData("Header(`a`,`b`)", "v2")]
    [InlineData("PathRegexp(`a`)", "v2")]
    [InlineData("HostHeader(`a`)", "")]
    [InlineData("Headers(`a`,`b`)", "v3")]
    public void EachSyntaxHasItsOwnMatchers(string rule, string syntax)
        => Assert.Contains("unsupported function", Assert.Throws<ConfigurationException>(() => HttpRule.Of(rule, syntax)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Host(\"x\\\"y\")")]
    [InlineData("!!Host(`x`)")]
    [InlineData("HOST(`a`) && host(`a`)")]
    [InlineData("Pathprefix(`/a`) || pathprefix(`/a`) || PATHPREFIX(`/a`)")]
    [InlineData("Clientip(`1.1.1.1`)")]
    [InlineData("Host(`a`) // comment")]
    [InlineData("Host(`a`) /* c */ && Path(`/a`)")]
    [InlineData("Host(\n`a`,\n)")]
    [InlineData("Host(`a`...)")]
    [InlineData("Host(`a`) &&\nPath(`/b`)\n")]
    [InlineData("Host(`a b`)")]
    [InlineData("QueryRegexp(`(`)")]
    [InlineData("Path(\"/\\xff\\377\\n\")")]
    public void OddButValidRulesAreRead(string rule) => Assert.NotNull(HttpRule.Of(rule, ""));

    [Fact]
    public void HostsAreListedInOrderAndLowerCase()
        => Assert.Equal(["a.test", "b.test", "d.test"], HttpRule.Of("Host(`A.test`) && (Path(`/x`) || Host(`b.test`) || !(Host(`C.test`) || !Host(`D.test`)))", "").Tree.Hosts());

    [Fact]
    public void DeepNestingIsRefusedAndLongChainsAreNot()
    {
        var deep = string.Concat(Enumerable.Repeat("(", 100_000));
        Assert.Contains("max nesting depth", Assert.Throws<ConfigurationException>(() => HttpRule.Of(deep, "")).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => HttpRule.Of(new string('!', 100_000) + "Host(`a`)", ""));
        Assert.NotNull(HttpRule.Of(string.Join(" || ", Enumerable.Range(0, 20_000).Select(i => $"Host(`h{i}`)")), ""));
    }

    [Fact]
    public void RulesInUseAreKnownByTheirText()
    {
        var rule = HttpRule.Of("Host(`kept.test`)", "");
        Assert.Same(rule, HttpRule.Of("Host(`kept.test`)", "v3"));
        Assert.NotSame(rule, HttpRule.Of("Host(`kept.test`)", "v2"));
    }

    [Fact]
    public void RulesOutOfUseAreForgotten()
    {
        for (var i = 0; i < 20_000; i++)
        {
            HttpRule.Of($"Host(`gone{i}.test`)", "");
            if (i % 4000 == 0)
            {
                GC.Collect();
            }
        }

        Assert.InRange(HttpRule.KnownCount, 0, 15_000);
    }
}
