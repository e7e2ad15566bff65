namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>Notes on services and middlewares which routers name them, working or not.</summary>
internal static class UsageLinks
{
    /// <summary>Fills in all users of a merged configuration.</summary>
    public static void Fill(RuntimeConfiguration configuration)
    {
        foreach (var router in configuration.HttpRouters.Values)
        {
            Note(configuration.HttpServices, router.Config.Service, router.Name);
            foreach (var middleware in router.Config.Middlewares)
            {
                Note(configuration.HttpMiddlewares, middleware, router.Name);
            }
        }

        foreach (var router in configuration.TcpRouters.Values)
        {
            Note(configuration.TcpServices, router.Config.Service, router.Name);
        }

        foreach (var router in configuration.UdpRouters.Values)
        {
            Note(configuration.UdpServices, router.Config.Service, router.Name);
        }
    }

    private static void Note<T>(IReadOnlyDictionary<string, RuntimeObject<T>> objects, string name, string user)
    {
        if (objects.TryGetValue(QualifiedName.Resolve(name, user), out var found))
        {
            found.AddUser(user);
        }
    }
}
