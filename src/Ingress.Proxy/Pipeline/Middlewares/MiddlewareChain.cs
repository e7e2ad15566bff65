using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Expressions;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Puts middlewares, given by name, around a handler; finds unknown names, loops and middlewares that cannot be built.</summary>
internal sealed partial class MiddlewareChain(PipelineBuild build)
{
    private readonly ILogger logger = build.Loggers.CreateLogger<MiddlewareChain>();

    /// <summary>
    /// The handler behind all the middlewares, the first one outermost. Names without a provider are those of the owner's, a router or service. A fault is noted on
    /// the middleware that has it and thrown as a <see cref="ConfigurationException"/> with Traefik's words.
    /// </summary>
    public RequestDelegate Wrap(IReadOnlyList<string> names, string owner, RequestDelegate handler)
    {
        return Wrap(names, owner, owner, [], handler);
    }

    // The referrer gives the provider of bare names: the owner, or the chain whose members they are.
    private RequestDelegate Wrap(IReadOnlyList<string> names, string referrer, string owner, string[] path, RequestDelegate handler)
    {
        for (var i = names.Count - 1; i >= 0; i--)
        {
            handler = BuildOne(QualifiedName.Resolve(names[i], referrer), owner, path, handler);
        }

        return handler;
    }

    private RequestDelegate BuildOne(string name, string owner, string[] path, RequestDelegate next)
    {
        if (!build.Configuration.HttpMiddlewares.TryGetValue(name, out var middleware))
        {
            throw new ConfigurationException($"middleware \"{name}\" does not exist");
        }

        try
        {
            string[] inner = [.. path, "middleware:" + name];
            if (path.Contains(inner[^1]))
            {
                throw new ConfigurationException($"could not instantiate middleware {name}: recursion detected in {string.Join("->", inner)}");
            }

            var (type, options) = Find(name, middleware);
            return type.Build(new MiddlewareBuild
            {
                Name = name,
                Owner = owner,
                Options = options,
                Next = next,
                Pipeline = build,
                WrapOthers = (names, handler) => Wrap(names, name, owner, inner, handler),
            });
        }
        catch (ConfigurationException fault)
        {
            middleware.AddError(fault.Message, critical: true);
            throw;
        }
        catch (GoRegexException fault)
        {
            middleware.AddError(fault.Message, critical: true);
            throw new ConfigurationException(fault.Message, fault);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A fault nobody foresaw must not take other routers with it.
            LogUnforeseen(logger, fault, name);
            middleware.AddError(fault.Message, critical: true);
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    private static (MiddlewareType Type, object Options) Find(string name, RuntimeObject<HttpMiddlewareConfig> middleware)
    {
        MiddlewareType? type = null;
        object? options = null;
        foreach (var (key, section) in middleware.Config.Sections)
        {
            if (section is null)
            {
                continue;
            }

            if (options is not null)
            {
                throw new ConfigurationException(
                    "cannot create middleware: multi-types middleware not supported, consider declaring two different pieces of middleware instead");
            }

            MiddlewareCatalog.ByKey.TryGetValue(key, out type);
            options = section;
        }

        return type is not null && options is not null
            ? (type, options)
            : throw new ConfigurationException($"invalid middleware \"{name}\" configuration: invalid middleware type or middleware does not exist");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Middleware {Name} could not be built")]
    private static partial void LogUnforeseen(ILogger logger, Exception fault, string name);
}
