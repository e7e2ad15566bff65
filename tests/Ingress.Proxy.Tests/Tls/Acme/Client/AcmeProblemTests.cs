using System.Text.Json;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tests.Tls.Acme.Client;

public sealed class AcmeProblemTests
{
    [Theory]
    [InlineData("connection", "could not connect to this server: check the DNS record, the port forwarding")]
    [InlineData("dns", "could not look the name up")]
    [InlineData("caa", "a CAA record of the domain forbids this authority")]
    [InlineData("unauthorized", "reached something else than this server")]
    [InlineData("incorrectResponse", "another server answered the challenge")]
    [InlineData("tls", "is port 443 passed through unchanged?")]
    [InlineData("rateLimited", "the next try waits as long as the authority asks")]
    [InlineData("rejectedIdentifier", "does not issue for this name")]
    [InlineData("externalAccountRequired", "eab.kid and eab.hmacEncoded")]
    [InlineData("badCSR", "perhaps its key type")]
    public void EveryUsualProblemComesWithWhatToDo(string kind, string expected)
    {
        var problem = Read($$"""{"type":"urn:ietf:params:acme:error:{{kind}}","detail":"its own words","status":403}""");
        Assert.Contains(expected, problem.Advice, StringComparison.Ordinal);
        Assert.Equal($"acme: error: 403 :: urn:ietf:params:acme:error:{kind} :: its own words", problem.ToString());
    }

    [Fact]
    public void ProblemsOfSingleNamesAreNamed()
    {
        var problem = Read(
            """
            {"type":"urn:ietf:params:acme:error:malformed","detail":"some names","subproblems":[
              {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"not this one","identifier":{"type":"dns","value":"one.home.test"}},
              {"type":"urn:ietf:params:acme:error:caa","detail":"nor this","identifier":{"type":"dns","value":"two.home.test"}}]}
            """);
        Assert.EndsWith(
            "some names; one.home.test: urn:ietf:params:acme:error:rejectedIdentifier :: not this one; two.home.test: urn:ietf:params:acme:error:caa :: nor this",
            problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WordsOfTheAuthorityCannotForgeALogLine()
    {
        var problem = Read(JsonSerializer.Serialize(new { type = "x", detail = "one\nERROR two\u001b[31m" + new string('y', 5000) }));
        Assert.DoesNotContain(problem.ToString(), char.IsControl);
        Assert.True(problem.ToString().Length < 700);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>busy</html>")]
    [InlineData("[1]")]
    public void AnAnswerThatIsNoProblemDocumentIsToldAsSuch(string body)
    {
        var reply = new AcmeReply(502, System.Text.Encoding.UTF8.GetBytes(body), null, null, []);
        Assert.Equal("acme: error: 502 :: about:blank :: the answer is not a problem document", reply.ToException().Message);
    }

    private static AcmeProblem Read(string text) => AcmeProblem.Read(JsonDocument.Parse(text).RootElement, 400);
}
