using Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.ForwardedAuth;

public sealed class AuthResponseHeadersTests
{
    [Fact]
    public void NothingThatAClientSendsSpoofsWhatTheServerTrusts()
    {
        string[] names = ["X-User", "Remote-Groups", "X-Auth-Id", "X-Auth-Role-Name"];
        var headers = new AuthResponseHeaders(["X-User", "remote-groups"], "^X-Auth-");
        var random = new Random(20261124);
        for (var round = 0; round < 20_000; round++)
        {
            var request = new HeaderDictionary { ["X-Free"] = "stays" };
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                Spoofs.Add(request, names, random);
            }

            var answer = new HeaderDictionary();
            foreach (var name in names)
            {
                if (random.Next(2) == 0)
                {
                    answer[name] = "true";
                }
            }

            headers.Apply(request, answer);
            foreach (var (name, values) in request)
            {
                var folded = name.Replace('_', '-');
                if (names.Contains(folded, StringComparer.OrdinalIgnoreCase))
                {
                    Assert.Equal("true", values.ToString());
                    Assert.True(answer.ContainsKey(folded));
                }
            }

            Assert.Equal("stays", request["X-Free"].ToString());
        }
    }
}
