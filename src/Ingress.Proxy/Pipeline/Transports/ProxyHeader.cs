using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>PROXY protocol headers toward servers.</summary>
internal static class ProxyHeader
{
    private const byte Version2Proxy = 0x21;
    private const byte TcpOverIpv4 = 0x11;
    private const byte TcpOverIpv6 = 0x21;

    private static ReadOnlySpan<byte> Version2Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>The header of a version, 1 or 2, that tells who connected to what.</summary>
    public static byte[] Of(int version, IPEndPoint source, IPEndPoint destination)
    {
        var isV4 = IsV4(source.Address) && IsV4(destination.Address);
        var from = isV4 ? V4(source.Address) : source.Address.MapToIPv6();
        var to = isV4 ? V4(destination.Address) : destination.Address.MapToIPv6();
        if (version == 1)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"PROXY {(isV4 ? "TCP4" : "TCP6")} {Text(from)} {Text(to)} {source.Port} {destination.Port}\r\n");
            return Encoding.ASCII.GetBytes(line);
        }

        var size = isV4 ? 4 : 16;
        var header = new byte[16 + (2 * size) + 4];
        Version2Signature.CopyTo(header);
        header[12] = Version2Proxy;
        header[13] = isV4 ? TcpOverIpv4 : TcpOverIpv6;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)((2 * size) + 4));
        from.TryWriteBytes(header.AsSpan(16), out _);
        to.TryWriteBytes(header.AsSpan(16 + size), out _);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16 + (2 * size)), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18 + (2 * size)), (ushort)destination.Port);
        return header;
    }

    private static bool IsV4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;

    private static IPAddress V4(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static string Text(IPAddress address)
    {
        var text = address.ToString();
        var zone = text.IndexOf('%', StringComparison.Ordinal);
        return zone < 0 ? text : text[..zone];
    }
}
