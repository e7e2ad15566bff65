using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;

namespace Ingress.Proxy.Tests.Configuration.Runtime;

public sealed class UsageLinksTests
{
    [Fact]
    public void RoutersAreNotedOnWhatTheyNameOncePerMention()
    {
        var router = new HttpRouterConfig { Service = "app", Middlewares = ["auth", "strip@docker", "auth"] };
        var configuration = new RuntimeConfiguration
        {
            HttpRouters = One("web@file", router),
            HttpServices = One("app@file", new HttpServiceConfig()),
            HttpMiddlewares = new Dictionary<string, RuntimeObject<HttpMiddlewareConfig>>
            {
                ["auth@file"] = new("auth@file", new HttpMiddlewareConfig()),
                ["strip@docker"] = new("strip@docker", new HttpMiddlewareConfig()),
                ["idle@file"] = new("idle@file", new HttpMiddlewareConfig()),
            },
        };

        UsageLinks.Fill(configuration);

        Assert.Equal(["web@file"], configuration.HttpServices["app@file"].UsedBy);
        Assert.Equal(["web@file", "web@file"], configuration.HttpMiddlewares["auth@file"].UsedBy);
        Assert.Equal(["web@file"], configuration.HttpMiddlewares["strip@docker"].UsedBy);
        Assert.Empty(configuration.HttpMiddlewares["idle@file"].UsedBy);
    }

    private static Dictionary<string, RuntimeObject<T>> One<T>(string name, T config) => new() { [name] = new RuntimeObject<T>(name, config) };
}
