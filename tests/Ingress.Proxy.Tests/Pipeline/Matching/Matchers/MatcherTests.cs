using Ingress.Proxy.Pipeline.Matching;

namespace Ingress.Proxy.Tests.Pipeline.Matching.Matchers;

public sealed class MatcherTests
{
    [Theory]
    [InlineData("plain.test", "plain.test", true)]
    [InlineData("UPPER.Test", "upper.TEST:80", true)]
    [InlineData("plain.test", "plain.test.", true)]
    [InlineData("plain.test", "plain.test..", false)]
    [InlineData("dot.test.", "dot.test", true)]
    [InlineData("dot.test.", "dot.test.", true)]
    [InlineData("plain.test", "x.plain.test", false)]
    [InlineData("plain.test", "", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "any.test", true)]
    [InlineData("*.wild.test", "a.wild.test", true)]
    [InlineData("*.wild.test", "A.wild.test.:1", true)]
    [InlineData("*.wild.test", ".wild.test", true)]
    [InlineData("*.wild.test", "*.wild.test", true)]
    [InlineData("*.wild.test", "wild.test", false)]
    [InlineData("*.wild.test", "a.b.wild.test", false)]
    [InlineData("*.wdot.test.", "a.wdot.test", true)]
    [InlineData("*.wdot.test.", "a.wdot.test.", true)]
    [InlineData("*.", "single", true)]
    [InlineData("*.", "two.labels", false)]
    [InlineData("a.*.test", "a.x.test", false)]
    [InlineData("*.*.star.test", "a.*.star.test", true)]
    [InlineData("*foo.test", "xfoo.test", false)]
    [InlineData("2001:db8::7", "[2001:db8::7]:80", true)]
    [InlineData("[2001:db8::8]", "[2001:db8::8]:80", false)]
    [InlineData("port.test:80", "port.test:80", false)]
    public void HostComparesNames(string rule, string host, bool matches) => Check($"Host(`{rule}`)", "", host, "/", matches);

    [Theory]
    [InlineData("^[a-z]+\\.re\\.test$", "ABC.re.test:9", true)]
    [InlineData("^[a-z]+\\.re\\.test$", "a1.re.test", false)]
    [InlineData("loose", "x.loose.example", true)]
    [InlineData("^UP\\.test$", "UP.test", false)]
    [InlineData("(?i)^UP\\.test$", "up.TEST", true)]
    [InlineData(".+", "", false)]
    [InlineData("^(only\\.test)?$", "other.test", true)]
    public void HostRegexpSearchesTheLowerCasedHost(string rule, string host, bool matches) => Check($"HostRegexp(`{rule}`)", "", host, "/", matches);

    [Theory]
    [InlineData("Path(`/exact`)", "/exact?a=1", true)]
    [InlineData("Path(`/exact`)", "/exact/", false)]
    [InlineData("Path(`/a b`)", "/a%20b", true)]
    [InlineData("Path(`/pct%20x`)", "/pct%20x", false)]
    [InlineData("Path(`/enc%2Fslash`)", "/enc%2fslash", true)]
    [InlineData("Path(`/enc%2Fslash`)", "/enc/slash", false)]
    [InlineData("Path(`/café`)", "/caf%C3%A9", true)]
    [InlineData("Path(\"/\\xff\")", "/%FF", true)]
    [InlineData("Path(\"/\\xff\")", "/%C3%BF", false)]
    [InlineData("PathPrefix(`/api`)", "/apiary", true)]
    [InlineData("PathPrefix(`/api`)", "/API", false)]
    [InlineData("PathPrefix(`/dir/`)", "/dir", false)]
    [InlineData("PathRegexp(`^/products/[0-9]+$`)", "/products/42", true)]
    [InlineData("PathRegexp(`^/products/[0-9]+$`)", "/products/42/x", false)]
    [InlineData("PathRegexp(`shop`)", "/a/workshop/b", true)]
    [InlineData("PathRegexp(`^/.$`)", "/%C3%A9", true)]
    [InlineData("PathRegexp(`^/.$`)", "/%0A", false)]
    [InlineData("PathRegexp(`^/[^/]$`)", "/%0A", true)]
    [InlineData("Method(`get`)", "/", true)]
    [InlineData("Method(`POST`)", "/", false)]
    public void PathAndMethod(string rule, string target, bool matches) => Check(rule, "", "h.test", target, matches);

    [Theory]
    [InlineData("Query(`debug`, `true`)", "a=b&debug=true&c=d", true)]
    [InlineData("Query(`debug`, `true`)", "debug=no&debug=true", true)]
    [InlineData("Query(`debug`, `true`)", "debug=%74rue", true)]
    [InlineData("Query(`debug`, `true`)", "Debug=true", false)]
    [InlineData("Query(`debug`, `true`)", "debug=true%", false)]
    [InlineData("Query(`debug`, `true`)", "debug=true;x", false)]
    [InlineData("Query(`debug`, `true`)", "debug=tru", false)]
    [InlineData("Query(`debug`, `true`)", "debug=true%21", false)]
    [InlineData("Query(`flag`)", "flag", true)]
    [InlineData("Query(`flag`)", "x&flag=", true)]
    [InlineData("Query(`flag`)", "flag=1", false)]
    [InlineData("Query(`flag`)", "", false)]
    [InlineData("Query(`a b`, `c d`)", "a+b=c%20d", true)]
    [InlineData("Query(`a`, `é`)", "a=%C3%A9", true)]
    [InlineData("Query(`k`, `1`) && Query(`k`, `2`)", "k=1&k=2", true)]
    [InlineData("QueryRegexp(`id`, `^[0-9]+$`)", "id=4x&id=42", true)]
    [InlineData("QueryRegexp(`id`, `^[0-9]+$`)", "id=%342", true)]
    [InlineData("QueryRegexp(`id`, `^[0-9]+$`)", "id=4x", false)]
    [InlineData("QueryRegexp(`id`)", "id=1", false)]
    [InlineData("QueryRegexp(`id`)", "id", true)]
    [InlineData("QueryRegexp(`id`, `^é$`)", "id=%C3%A9", true)]
    public void QueryComparesDecodedPairs(string rule, string query, bool matches) => Check(rule, "", "h.test", "/?" + query, matches);

    [Theory]
    [InlineData("Header(`X-Env`, `prod`)", "x-ENV", "prod", true)]
    [InlineData("Header(`X-Env`, `prod`)", "X-Env", "Prod", false)]
    [InlineData("Header(`X-Env`, `prod`)", "X-Env", "dev, prod", false)]
    [InlineData("Header(`X-Env`, `é`)", "X-Env", "é", true)]
    [InlineData("Header(`Host`, `h.test`)", "Host", "h.test", false)]
    [InlineData("HeaderRegexp(`X-Ver`, `^v[0-9]+$`)", "X-Ver", "v12", true)]
    [InlineData("HeaderRegexp(`X-Ver`, `.*`)", "X-Ver", "", true)]
    [InlineData("HeaderRegexp(`X-Ver`, `.*`)", "X-Other", "", false)]
    [InlineData("!Header(`X-Env`, `prod`)", "X-Env", "prod", false)]
    public void HeaderComparesLines(string rule, string name, string value, bool matches)
        => Assert.Equal(matches, HttpRule.Of(rule, "").Matcher.Matches(Requests.Of("h.test", headers: [("X-Env", "first"), (name, value)])));

    [Theory]
    [InlineData("ClientIP(`127.0.0.0/8`)", "127.0.0.1", true)]
    [InlineData("ClientIP(`127.0.0.1`)", "::ffff:127.0.0.1", true)]
    [InlineData("ClientIP(`::ffff:127.0.0.1`)", "127.0.0.1", true)]
    [InlineData("ClientIP(`::1`)", "127.0.0.1", false)]
    [InlineData("ClientIP(`::/0`)", "127.0.0.1", false)]
    [InlineData("!ClientIP(`10.0.0.0/8`)", "127.0.0.1", true)]
    public void ClientIpComparesThePeer(string rule, string peer, bool matches)
        => Assert.Equal(matches, HttpRule.Of(rule, "").Matcher.Matches(Requests.Of("h.test", peer: peer, headers: ("X-Forwarded-For", "10.1.2.3"))));

    [Theory]
    [InlineData("Host(`a.test`, `B.test`)", "b.TEST:80", "/", true)]
    [InlineData("Host(`a.test`, `b.test.`)", "b.test", "/", true)]
    [InlineData("Host(`*`)", "any.test", "/", false)]
    [InlineData("Host(`*.w.test`)", "a.w.test", "/", false)]
    [InlineData("HostHeader(`a.test`)", "a.test.", "/", true)]
    [InlineData("HostRegexp(`{s:[a-z]+}.t.test`)", "ABC.t.test:80", "/", true)]
    [InlineData("HostRegexp(`{s:[a-z]+}.t.test`)", "x.abc.t.test", "/", false)]
    [InlineData("HostRegexp(`{s:[a-z]+}.t.test`)", "abc.t.test.", "/", false)]
    [InlineData("HostRegexp(`x.test`, `{n:[0-9]+}.y.test`)", "12.y.test", "/", true)]
    [InlineData("HostRegexp(`x.test`)", "xXtest", "/", false)]
    [InlineData("HostRegexp(`{any:.+}`)", "what.ever", "/", true)]
    [InlineData("Path(`/items/{id:[0-9]+}`, `/things`)", "h", "/items/12", true)]
    [InlineData("Path(`/items/{id:[0-9]+}`, `/things`)", "h", "/things", true)]
    [InlineData("Path(`/items/{id:[0-9]+}`, `/things`)", "h", "/items/ab", false)]
    [InlineData("Path(`/p/{name}/q`)", "h", "/p/a/b/q", false)]
    [InlineData("Path(`/{c:a|bb}`)", "h", "/bb", true)]
    [InlineData("Path(`/{c:a|bb}`)", "h", "/ab", false)]
    [InlineData("PathPrefix(`/x/{id:[a-z]{2}}/`, `/plain`)", "h", "/x/ab/rest", true)]
    [InlineData("PathPrefix(`/x/{id:[a-z]{2}}/`, `/plain`)", "h", "/plainly", true)]
    [InlineData("PathPrefix(`/x/{id:[a-z]{2}}/`, `/plain`)", "h", "/x/abc/rest", false)]
    [InlineData("Method(`GET`, `put`)", "h", "/", true)]
    [InlineData("Query(`a=1`, `b=2`)", "h", "/?a=1&b=2", true)]
    [InlineData("Query(`a=1`, `b=2`)", "h", "/?a=1", false)]
    [InlineData("Query(`a`, `b`)", "h", "/?a=b", true)]
    [InlineData("Query(`a=1`)", "h", "/?a=2&a=1", false)]
    [InlineData("Query(`a={m:[a-z]+}`)", "h", "/?a=abc", true)]
    [InlineData("Query(`a={x}`)", "h", "/?a", true)]
    [InlineData("Query(`a={x}`)", "h", "/", false)]
    [InlineData("Query(`a=`)", "h", "/?a=anything", true)]
    [InlineData("ClientIP(`10.0.0.0/8`, `127.0.0.1`)", "h", "/", true)]
    [InlineData("Headers(`X-A`, `1`, `X-B`, `2`)", "h", "/", true)]
    [InlineData("Headers(`X-A`, `1`, `X-C`, `2`)", "h", "/", false)]
    [InlineData("HeadersRegexp(`X-A`, `^[0-9]$`)", "h", "/", true)]
    public void TheOldSyntaxHasTemplatesAndLists(string rule, string host, string target, bool matches)
        => Assert.Equal(matches, HttpRule.Of(rule, "v2").Matcher.Matches(Requests.Of(host, target, headers: [("X-A", "1"), ("X-B", "2")])));

    [Theory]
    [InlineData("Host(`h.test`) && Path(`/a`) || Path(`/x`)", "other", "/x", true)]
    [InlineData("Host(`h.test`) && (Path(`/a`) || Path(`/x`))", "other", "/x", false)]
    [InlineData("!(Path(`/a`) || Path(`/b`))", "h", "/c", true)]
    [InlineData("!(PathPrefix(`/a`) && Method(`POST`))", "h", "/a", true)]
    [InlineData("!(!Path(`/a`))", "h", "/a", true)]
    public void OperatorsBindAsInGo(string rule, string host, string target, bool matches) => Check(rule, "", host, target, matches);

    [Fact]
    public void AFlattenedNameMatchesToo()
    {
        var state = Requests.Of("alias.test");
        state.FlattenedHost = "Real.test";
        Assert.True(HttpRule.Of("Host(`real.test`)", "").Matcher.Matches(state));
        Assert.True(HttpRule.Of("Host(`alias.test`)", "").Matcher.Matches(state));
        Assert.True(HttpRule.Of("Host(`real.test`)", "v2").Matcher.Matches(state));
        Assert.False(HttpRule.Of("Host(`other.test`)", "").Matcher.Matches(state));
        Assert.False(HttpRule.Of("HostRegexp(`^(only)?$`)", "").Matcher.Matches(state));
    }

    private static void Check(string rule, string syntax, string host, string target, bool matches)
        => Assert.Equal(matches, HttpRule.Of(rule, syntax).Matcher.Matches(Requests.Of(host, target)));
}
