using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Configuration;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Where a client's address is taken from (<c>ipStrategy</c>). With nothing set: from the connection.</summary>
public sealed record IpStrategyOptions
{
    /// <summary>Takes the entry of X-Forwarded-For at this place counted from the right, 1 being the last; with fewer entries there is no address. Default: 0, not used.</summary>
    public int Depth { get; init; }

    /// <summary>Addresses and ranges to skip: the rightmost entry of X-Forwarded-For that is in none of them is taken. Only without a depth. Default: none, not used.</summary>
    public IReadOnlyList<string> ExcludedIPs { get; init; } = [];

    /// <summary>Length in bits (1 to 128) to which IPv6 addresses are cut, so that a network counts as one client. Default: not cut.</summary>
    public int? Ipv6Subnet { get; init; }
}

/// <summary>Finds a client's address.</summary>
internal sealed class IpStrategy
{
    private readonly int depth;
    private readonly int subnet;
    private readonly IpRanges? excluded;

    private IpStrategy(int depth, int subnet, IpRanges? excluded) => (this.depth, this.subnet, this.excluded) = (depth, subnet, excluded);

    /// <summary>The strategy of the options; the connection's address where there are none.</summary>
    public static IpStrategy Create(IpStrategyOptions? options)
    {
        if (options is null)
        {
            return new IpStrategy(0, 0, null);
        }

        if (options.Ipv6Subnet is <= 0 or > 128)
        {
            throw new ConfigurationException($"invalid IPv6 subnet {options.Ipv6Subnet} value, should be greater to 0 and lower or equal to 128");
        }

        var subnet = options.Ipv6Subnet ?? 0;
        if (options.Depth > 0)
        {
            return new IpStrategy(options.Depth, subnet, null);
        }

        return new IpStrategy(0, subnet, options.ExcludedIPs.Count > 0 ? IpRanges.Parse(options.ExcludedIPs) : null);
    }

    /// <summary>The address as text, as it stands in the header; empty where there is none.</summary>
    public string Find(HttpContext context)
    {
        if (depth > 0)
        {
            return Cut(AtDepth(context));
        }

        return excluded is null ? Cut(RequestState.Of(context).PeerHost) : NotExcluded(context, excluded);
    }

    private static string ForwardedFor(HttpContext context)
    {
        var values = context.Request.Headers["X-Forwarded-For"];
        return values.Count > 1 ? string.Join(',', values.ToArray()) : values.ToString();
    }

    private string AtDepth(HttpContext context)
    {
        var rest = ForwardedFor(context).AsSpan();
        for (var skip = depth; skip > 1; skip--)
        {
            var comma = rest.LastIndexOf(',');
            if (comma < 0)
            {
                return "";
            }

            rest = rest[..comma];
        }

        return rest[(rest.LastIndexOf(',') + 1)..].Trim().ToString();
    }

    private static string NotExcluded(HttpContext context, IpRanges excluded)
    {
        var rest = ForwardedFor(context).AsSpan();
        while (true)
        {
            var comma = rest.LastIndexOf(',');
            var entry = rest[(comma + 1)..].Trim();
            if (!entry.IsEmpty)
            {
                var text = entry.ToString();
                if (!excluded.Contains(text))
                {
                    return text;
                }
            }

            if (comma < 0)
            {
                return "";
            }

            rest = rest[..comma];
        }
    }

    private string Cut(string address)
    {
        if (subnet == 0 || !IpRanges.TryParseAddress(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        var cut = BinaryPrimitives.ReadUInt128BigEndian(bytes) & (UInt128.MaxValue << (128 - subnet));
        BinaryPrimitives.WriteUInt128BigEndian(bytes, cut);
        return new IPAddress(bytes).ToString();
    }
}
