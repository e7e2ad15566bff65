using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ingress.Proxy.Pipeline.Services.Tcp;

/// <summary>One server of a TCP service.</summary>
internal sealed class TcpServer
{
    private volatile bool isUp = true;

    private TcpServer(string address, string host, int port, bool isTls)
    {
        Address = address;
        Host = host;
        Port = port;
        IsTls = isTls;
    }

    /// <summary>The address as configured.</summary>
    public string Address { get; }

    public string Host { get; }

    public int Port { get; }

    /// <summary>Whether TLS is spoken to it.</summary>
    public bool IsTls { get; }

    /// <summary>Whether its last health check succeeded, or there was none.</summary>
    public bool IsUp
    {
        get => isUp;
        set => isUp = value;
    }

    /// <summary>Reads <c>host:port</c>, with brackets around an IPv6 address.</summary>
    public static bool TryParse(string address, bool isTls, [NotNullWhen(true)] out TcpServer? server)
    {
        server = null;
        if (!TrySplit(address, out var host, out var port))
        {
            return false;
        }

        server = new TcpServer(address, host, port, isTls);
        return true;
    }

    /// <summary>Splits <c>host:port</c>.</summary>
    public static bool TrySplit(string address, out string host, out int port)
    {
        host = "";
        port = 0;
        var colon = address.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        host = address[..colon];
        port = number;
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            return false;
        }

        host = host.Length == 0 ? "localhost" : host;
        return true;
    }
}
