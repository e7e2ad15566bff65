using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Ingress.Proxy.NameServers;

/// <summary>Asks name servers: the ones of <c>dnsChallenge.resolvers</c>, else those of the system.</summary>
internal sealed class DnsLookup
{
    private const int DnsPort = 53;
    private const int MostAliases = 10;
    private const int NoSuchName = 3;

    // The answer to an update may be a header and nothing more.
    private const int ShortestMessage = 12;

    private static readonly string[] PublicServers = ["1.1.1.1", "8.8.8.8"];

    private readonly TimeSpan timeout;

    public DnsLookup(IReadOnlyList<string> servers, TimeSpan timeout, string resolvConf = "/etc/resolv.conf")
    {
        this.timeout = timeout;
        Servers = servers.Count > 0 ? servers : SystemServers(resolvConf);
    }

    /// <summary>The recursive name servers, <c>host</c> or <c>host:port</c>.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>The port of a zone's own name servers.</summary>
    public int AuthoritativePort { get; init; } = DnsPort;

    /// <summary>Asks the recursive servers one after another until one answers.</summary>
    /// <exception cref="DnsException">None did.</exception>
    public async Task<DnsMessage> AskAsync(string name, DnsType type, CancellationToken cancellation)
    {
        DnsException? last = null;
        foreach (var server in Servers)
        {
            try
            {
                var answer = await AskAsync(server, name, type, recursive: true, cancellation);
                if (answer.ResponseCode is 0 or NoSuchName)
                {
                    return answer;
                }

                last = new DnsException($"DNS {type} {name}: {server} answered with code {answer.ResponseCode}");
            }
            catch (DnsException failure)
            {
                last = failure;
            }
        }

        throw last ?? new DnsException("there is no name server to ask; set dnsChallenge.resolvers");
    }

    /// <summary>The zone that a name is in, without final dot: the nearest name upwards that has a SOA record of its own.</summary>
    public async Task<string> FindZoneAsync(string name, CancellationToken cancellation)
    {
        for (var rest = Dotted(name); rest.Length > 1; rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            var answer = await AskAsync(rest, DnsType.Soa, cancellation);
            if (answer.Answers.Any(record => record.Type == DnsType.Soa && record.Name == rest) && !answer.Answers.Any(record => record.Type == DnsType.CName))
            {
                return rest.TrimEnd('.');
            }
        }

        throw new DnsException($"could not find the DNS zone of {name}: no name server knows a SOA record for it");
    }

    /// <summary>Where a name's record has to be put: at the end of its CNAMEs.</summary>
    public async Task<string> FollowAsync(string name, CancellationToken cancellation)
    {
        name = Dotted(name);
        for (var hops = 0; hops < MostAliases; hops++)
        {
            var answer = await AskAsync(name, DnsType.CName, cancellation);
            if (answer.Answers.FirstOrDefault(record => record.Type == DnsType.CName && record.Name == name) is not { } alias)
            {
                return name;
            }

            name = alias.Text;
        }

        throw new DnsException($"the CNAMEs of {name} do not end");
    }

    /// <summary>The values of a TXT record as one server sees them.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string server, string name, bool recursive, CancellationToken cancellation)
    {
        var answer = await AskAsync(server, name, DnsType.Txt, recursive, cancellation);
        return [.. answer.Answers.Where(record => record.Type == DnsType.Txt).Select(record => record.Text)];
    }

    /// <summary>The addresses of the zone's own name servers.</summary>
    public async Task<IReadOnlyList<string>> AuthoritativeServersAsync(string zone, CancellationToken cancellation)
    {
        var answer = await AskAsync(Dotted(zone), DnsType.NS, cancellation);
        List<string> servers = [];
        foreach (var host in answer.Answers.Where(record => record.Type == DnsType.NS).Select(record => record.Text))
        {
            var addresses = await AskAsync(host, DnsType.A, cancellation);
            if (addresses.Answers.FirstOrDefault(record => record.Type == DnsType.A && record.Data.Length == 4) is { } address)
            {
                servers.Add(string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(address.Data)}:{AuthoritativePort}"));
            }
        }

        return servers.Count > 0 ? servers : throw new DnsException($"the name servers of {zone} cannot be found");
    }

    public async Task<DnsMessage> AskAsync(string server, string name, DnsType type, bool recursive, CancellationToken cancellation)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue);
        return await ExchangeAsync(server, DnsMessage.Query(id, name, type, recursive), $"DNS {type} {name}", cancellation);
    }

    /// <summary>Sends a message by UDP, by TCP where the answer does not fit, and gives the answer.</summary>
    public async Task<DnsMessage> ExchangeAsync(string server, byte[] message, string subject, CancellationToken cancellation)
    {
        const int Tries = 2;
        for (var attempt = 1; ; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(timeout);
            try
            {
                var endPoint = await EndPointAsync(server, limit.Token);
                var answer = await ByUdpAsync(endPoint, message, limit.Token);
                return answer.IsTruncated ? await ByTcpAsync(endPoint, message, limit.Token) : answer;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                if (attempt >= Tries)
                {
                    throw new DnsException($"{subject}: {server} does not answer");
                }
            }
            catch (Exception failure) when (failure is SocketException or IOException or FormatException)
            {
                throw new DnsException($"{subject}: {server}: {failure.Message}", failure);
            }
        }
    }

    public static string Dotted(string name) => name.ToLowerInvariant().TrimEnd('.') + ".";

    private static async Task<DnsMessage> ByUdpAsync(IPEndPoint server, byte[] message, CancellationToken cancellation)
    {
        using var socket = new UdpClient(server.AddressFamily);
        socket.Connect(server);
        await socket.SendAsync(message, cancellation);
        while (true)
        {
            // A connected socket takes datagrams of this server only; the id guards against late and forged ones.
            var received = await socket.ReceiveAsync(cancellation);
            if (received.Buffer.Length >= ShortestMessage && received.Buffer[0] == message[0] && received.Buffer[1] == message[1])
            {
                return DnsMessage.Read(received.Buffer);
            }
        }
    }

    private static async Task<DnsMessage> ByTcpAsync(IPEndPoint server, byte[] message, CancellationToken cancellation)
    {
        using var client = new TcpClient(server.AddressFamily);
        await client.ConnectAsync(server, cancellation);
        var stream = client.GetStream();
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancellation);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancellation);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, cancellation);
        return DnsMessage.Read(answer);
    }

    private static async Task<IPEndPoint> EndPointAsync(string server, CancellationToken cancellation)
    {
        var (host, port) = (server, DnsPort);
        if (!IPAddress.TryParse(server, out var address))
        {
            var colon = server.LastIndexOf(':');
            if (colon > 0 && int.TryParse(server[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var own))
            {
                (host, port) = (server[..colon].Trim('[', ']'), own);
            }

            address = IPAddress.TryParse(host, out var literal) ? literal : (await System.Net.Dns.GetHostAddressesAsync(host, cancellation))[0];
        }

        return new IPEndPoint(address, port);
    }

    private static string[] SystemServers(string resolvConf)
    {
        try
        {
            var listed = File.ReadAllLines(resolvConf).Select(line => line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is ["nameserver", _, ..]).Select(words => words[1]).ToArray();
            return listed.Length > 0 ? listed : PublicServers;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A container without resolv.conf: lego falls back on public servers, too.
            return PublicServers;
        }
    }
}
