using System.Net;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Services.Tcp;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.Middlewares.Tcp;

/// <summary>Lets only clients with certain addresses pass (<c>ipAllowList</c>).</summary>
public sealed record TcpIpAllowListOptions
{
    /// <summary>Addresses and CIDR ranges that may pass. Default: none; must be set.</summary>
    public IReadOnlyList<string> SourceRange { get; init; } = [];
}

internal sealed partial class TcpIpAllowList(TcpHandler next, IpRanges allowed, ILogger logger)
{
    public static TcpHandler Build(TcpMiddlewareBuild build) => Create(build, ((TcpIpAllowListOptions)build.Options).SourceRange, "IPAllowLister");

    /// <summary>The middleware, under this or its old name.</summary>
    public static TcpHandler Create(TcpMiddlewareBuild build, IReadOnlyList<string> sourceRange, string product)
    {
        if (sourceRange.Count == 0)
        {
            throw new ConfigurationException($"sourceRange is empty, {product} not created");
        }

        try
        {
            return new TcpIpAllowList(build.Next, IpRanges.Parse(sourceRange), build.Pipeline.Loggers.CreateLogger<TcpIpAllowList>()).HandleAsync;
        }
        catch (ConfigurationException fault)
        {
            throw new ConfigurationException($"cannot parse CIDRs [{string.Join(' ', sourceRange)}]: {fault.Message}", fault);
        }
    }

    private Task HandleAsync(TcpConnection connection)
    {
        if (allowed.Contains(connection.Peer.Address))
        {
            return next(connection);
        }

        LogRefused(logger, connection.Peer.Address);
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection of {Address} refused: it matched none of the allowed ranges")]
    private static partial void LogRefused(ILogger logger, IPAddress address);
}
