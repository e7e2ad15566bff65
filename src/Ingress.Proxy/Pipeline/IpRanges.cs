using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline;

/// <summary>A list of addresses and CIDR ranges, as trusted addresses, allow lists and strategies have them.</summary>
internal sealed class IpRanges
{
    private readonly Range[] ranges;

    private IpRanges(Range[] ranges) => this.ranges = ranges;

    /// <summary>Reads the list; blanks around entries and bits beyond the mask are ignored. Throws a <see cref="ConfigurationException"/> that names a bad entry.</summary>
    public static IpRanges Parse(IReadOnlyList<string> entries)
    {
        if (entries.Count == 0)
        {
            throw new ConfigurationException("no trusted IPs provided");
        }

        var ranges = new Range[entries.Count];
        for (var i = 0; i < ranges.Length; i++)
        {
            ranges[i] = ParseEntry(entries[i].Trim());
        }

        return new IpRanges(ranges);
    }

    /// <summary>Whether the address is in one of the ranges; an IPv4 address in IPv6 clothes counts as IPv4.</summary>
    public bool Contains(IPAddress address)
    {
        var isV4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        var bits = Bits(address);
        foreach (ref readonly var range in ranges.AsSpan())
        {
            if (range.IsV4 == isV4 && (bits & range.Mask) == range.Network)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the text is an address, without port or brackets, in one of the ranges.</summary>
    public bool Contains(string address) => TryParseAddress(address, out var parsed) && Contains(parsed);

    /// <summary>Whether the text is an address, with or without a port, in one of the ranges.</summary>
    public bool ContainsHost(string address) => Contains(WithoutPort(address));

    /// <summary>
    /// Reads an address strictly: four decimal numbers without leading zeros, or IPv6 without brackets and perhaps with a zone. Shorter and octal forms, which
    /// the system's parser takes, mean different addresses to different programs.
    /// </summary>
    public static bool TryParseAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return text[0] != '[' && !text.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(text, out address!);
        }

        var digits = 0;
        var dots = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '.')
            {
                if (digits == 0)
                {
                    return false;
                }

                digits = 0;
                dots++;
                continue;
            }

            if (!char.IsAsciiDigit(text[i]) || digits == 3 || (digits == 1 && text[i - 1] == '0'))
            {
                return false;
            }

            digits++;
        }

        return dots == 3 && digits > 0 && IPAddress.TryParse(text, out address!);
    }

    private static string WithoutPort(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon < 0)
        {
            return address;
        }

        if (address[0] == '[')
        {
            return colon > 1 && address[colon - 1] == ']' ? address[1..(colon - 1)] : address;
        }

        return address.IndexOf(':', StringComparison.Ordinal) == colon ? address[..colon] : address;
    }

    private static Range ParseEntry(string entry)
    {
        if (TryParseAddress(entry, out var single) && !entry.Contains('%', StringComparison.Ordinal))
        {
            return new Range(IsV4(single), Bits(single), UInt128.MaxValue);
        }

        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !TryParseAddress(entry[..slash], out var network)
            || !int.TryParse(entry.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > (network.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            // Traefik prints the range that it failed to read, which is always <nil>; the entry itself follows.
            throw new ConfigurationException($"parsing CIDR trusted IPs <nil>: invalid CIDR address: {entry}");
        }

        if (network.AddressFamily == AddressFamily.InterNetwork)
        {
            length += 96;
        }

        var mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - length);
        return new Range(IsV4(network) && length >= 96, Bits(network) & mask, mask);
    }

    private static bool IsV4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;

    private static UInt128 Bits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes[12..], out _);
            bytes[10] = bytes[11] = 0xff;
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private readonly record struct Range(bool IsV4, UInt128 Network, UInt128 Mask);
}
