using System.Net;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Matching.Tcp;

namespace Ingress.Proxy.Tests.Pipeline.Matching.Tcp;

public sealed class TcpRuleTests
{
    [Theory]
    [InlineData("HostSNY(`*`)", "", "invalid rule: \"{0}\" , unsupported function: HostSNY")]
    [InlineData("Host(`a`)", "", "invalid rule: \"{0}\" , unsupported function: Host")]
    [InlineData("HostSNI(`a`", "", "invalid rule: \"{0}\" , 1:12: missing ',' before newline in argument list")]
    [InlineData("HostSNI(1)", "", "invalid rule: \"{0}\" , reflect: cannot use int as type string in Call")]
    [InlineData("`x`", "", "invalid rule: \"{0}\" , error while parsing rule `x`")]
    [InlineData("HostSNI()", "", "error while adding rule {0}: no args for matcher HostSNI")]
    [InlineData("HostSNI(``)", "", "error while adding rule {0}: empty args for matcher HostSNI, []")]
    [InlineData("HostSNI(`a`,`b`)", "", "error while adding rule {0}: unexpected number of parameters; got 2, expected 1")]
    [InlineData("HostSNI(`a b`)", "", "error while adding rule {0}: invalid value for HostSNI matcher, \"a b\" is not a valid hostname")]
    [InlineData("HostSNI(`*.*.b`)", "", "error while adding rule {0}: invalid value for HostSNI matcher, \"*.*.b\" is not a valid hostname")]
    [InlineData("HostSNI(`bü`)", "", "error while adding rule {0}: invalid value for HostSNI matcher, \"bü\" is not a valid hostname")]
    [InlineData("HostSNIRegexp(`bü`)", "", "error while adding rule {0}: invalid value for HostSNIRegexp matcher, \"bü\" is not a valid hostname")]
    [InlineData("HostSNIRegexp(`(`)", "", "error while adding rule {0}: compiling HostSNIRegexp matcher: error parsing regexp: missing closing ): `(`")]
    [InlineData("ALPN(`acme-tls/1`)", "", "error while adding rule {0}: invalid protocol value for ALPN matcher, \"acme-tls/1\" is not allowed")]
    [InlineData("ClientIP(`x`)", "", "error while adding rule {0}: initializing IP checker for ClientIP matcher: parsing CIDR trusted IPs <nil>: invalid CIDR address: x")]
    [InlineData("HostSNI(`*.a`)", "v2", "error while adding rule {0}: invalid value for \"HostSNI\" matcher, \"*.a\" is not a valid hostname or IP")]
    [InlineData("HostSNIRegexp(`{x`)", "v2", "error while adding rule {0}: invalid pattern value for \"HostSNIRegexp\" matcher, \"{x\" is not a valid pattern: mux: unbalanced braces in \"{x\"")]
    [InlineData("ALPN(`h2`,`acme-tls/1`)", "v2", "error while adding rule {0}: invalid protocol value for \"ALPN\" matcher, \"acme-tls/1\" is not allowed")]
    [InlineData("ClientIP(`x`)", "v2", "error while adding rule {0}: could not initialize IP Checker for \"ClientIP\" matcher: parsing CIDR trusted IPs <nil>: invalid CIDR address: x")]
    public void FaultsHaveTraefiksWords(string rule, string syntax, string fault)
    {
        var exception = Assert.Throws<ConfigurationException>(() => TcpRule.Parse(rule, syntax).Compile());
        Assert.Equal(fault.Replace("{0}", rule, StringComparison.Ordinal), exception.Message);
    }

    [Theory]
    [InlineData("HostSNI(`*`)", "", "", true)]
    [InlineData("HostSNI(`a.test`)", "", "a.test", true)]
    [InlineData("HostSNI(`A.test.`)", "", "a.test", true)]
    [InlineData("HostSNI(`a.test`)", "", "", false)]
    [InlineData("HostSNI(`*.w.test`)", "", "x.w.test", true)]
    [InlineData("HostSNI(`*.w.test`)", "", "x.y.w.test", false)]
    [InlineData("HostSNI(`*.w.test`)", "", "w.test", false)]
    [InlineData("HostSNI(`*.w.test`)", "", "", false)]
    [InlineData("HostSNIRegexp(`^r[0-9]+[.]test$`)", "", "r12.test", true)]
    [InlineData("HostSNIRegexp(`^$`)", "", "", true)]
    [InlineData("ALPN(`foo`)", "", "any", true)]
    [InlineData("ALPN(`bar`)", "", "any", false)]
    [InlineData("HostSNI(`a`) && !ClientIP(`10.0.0.0/8`)", "", "a", true)]
    [InlineData("HostSNI(`a`) && ClientIP(`10.0.0.0/8`)", "", "a", false)]
    [InlineData("HostSNI(`a`) || HostSNI(`b`)", "", "b", true)]
    [InlineData("!HostSNI(`a`)", "", "b", true)]
    [InlineData("HostSNI(`a`,`b`)", "v2", "b", true)]
    [InlineData("HostSNI(`a`,`*`)", "v2", "", true)]
    [InlineData("HostSNIRegexp(`x`,`{n:[a-z]+}.b`)", "v2", "abc.b", true)]
    [InlineData("HostSNIRegexp(`x`,`{n:[a-z]+}.b`)", "v2", "abc.c", false)]
    [InlineData("ALPN(`bar`,`foo`)", "v2", "", true)]
    [InlineData("ClientIP(`10.0.0.0/8`,`127.0.0.1`)", "v2", "", true)]
    public void MatchersAskWhatIsKnownOfAConnection(string rule, string syntax, string serverName, bool matches)
    {
        var (condition, names) = TcpRule.Parse(rule, syntax).Compile();
        var facts = new TcpFacts(serverName, ["h2", "foo"], IPAddress.Loopback);
        Assert.Equal(matches, condition(facts));
        if (matches && names is not null)
        {
            Assert.Contains(serverName, names);
        }
    }

    [Theory]
    [InlineData("HostSNI(`*`)", 0, -1)]
    [InlineData("(hostsni(`*`)) ", 0, -1)]
    [InlineData("!HostSNI(`*`)", 0, -1)]
    [InlineData("HostSNI(`*`) && ClientIP(`1.1.1.1`)", 0, 35)]
    [InlineData("HostSNI(`*`)", 7, 7)]
    [InlineData("HostSNI(`bü`)", 0, 14)]
    [InlineData("", 0, 0)]
    public void TheCatchAllHasTheLowestPriority(string rule, long given, long priority) => Assert.Equal(priority, TcpRule.PriorityOf(rule, given));

    [Fact]
    public void TheIndexNeverChangesTheResult()
    {
        string[] rules = ["HostSNI(`a`)", "HostSNI(`b`)", "HostSNI(`*`)", "HostSNI(`a`) || HostSNI(`c`)", "HostSNI(`a`) && ALPN(`h2`)", "!HostSNI(`b`)", "HostSNI(`*.t`)", "HostSNIRegexp(`^[ab]$`)"];
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var routes = Enumerable.Range(0, random.Next(1, 20)).Select(i => Route($"r{i}@file", rules[random.Next(rules.Length)], random.Next(-2, 3))).ToList();
            var router = new TcpRouter(routes, []);
            foreach (var name in new[] { "", "a", "b", "c", "x.t", "z" })
            {
                var facts = new TcpFacts(name, name == "a" ? ["h2"] : [], IPAddress.Loopback);
                var expected = routes.Where(route => route.Condition(facts)).OrderByDescending(route => route.Priority).ThenBy(route => route.Name, StringComparer.Ordinal).FirstOrDefault();
                Assert.Same(expected, router.Match(facts));
            }
        }
    }

    private static TcpRoute Route(string name, string text, long priority)
    {
        var rule = TcpRule.Parse(text, "");
        var (condition, names) = rule.Compile();
        return new TcpRoute { Name = name, Priority = TcpRule.PriorityOf(text, priority), Condition = condition, ServerNames = names, IsCatchAll = rule.IsCatchAll };
    }
}
