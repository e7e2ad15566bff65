using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Services.Tcp;

namespace Ingress.Proxy.Pipeline.Middlewares.Tcp;

/// <summary>Puts TCP middlewares, given by name, around a handler.</summary>
internal sealed class TcpMiddlewareChain(PipelineBuild build)
{
    /// <summary>The handler behind all the middlewares, the first one outermost. A fault is noted on its middleware and thrown as a <see cref="ConfigurationException"/>.</summary>
    public TcpHandler Wrap(IReadOnlyList<string> names, string owner, TcpHandler handler)
    {
        for (var i = names.Count - 1; i >= 0; i--)
        {
            handler = BuildOne(QualifiedName.Resolve(names[i], owner), owner, handler);
        }

        return handler;
    }

    private TcpHandler BuildOne(string name, string owner, TcpHandler next)
    {
        var middleware = build.Configuration.TcpMiddlewares.GetValueOrDefault(name) ?? throw new ConfigurationException($"middleware \"{name}\" does not exist");
        try
        {
            var sections = middleware.Config.Sections.Where(section => section.Value is not null).ToList();
            if (sections.Count == 0 || !TcpMiddlewareCatalog.ByKey.TryGetValue(sections[0].Key, out var type))
            {
                throw new ConfigurationException($"invalid middleware \"{name}\" configuration: invalid middleware type or middleware does not exist");
            }

            return type.Build(new TcpMiddlewareBuild(name, owner, sections[0].Value!, next, build));
        }
        catch (ConfigurationException fault)
        {
            middleware.AddError(fault.Message, critical: true);
            throw;
        }
    }
}
