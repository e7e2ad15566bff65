using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Proxy.NameServers;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.NameServers;

/// <summary>A name server on loopback with zones, records and the updates it was sent.</summary>
internal sealed class FakeNameServer : IAsyncDisposable
{
    private readonly UdpClient socket;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    public FakeNameServer(params string[] zones)
    {
        Port = FreePort.Next();
        socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, Port));
        Zones = [.. zones.Select(DnsLookup.Dotted)];
        running = RunAsync();
    }

    public static FakeNameServer Start(params string[] zones) => new(zones);

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public HashSet<string> Zones { get; }

    public Dictionary<string, string> Aliases { get; } = [];

    public Dictionary<string, List<string>> Texts { get; } = [];

    public List<byte[]> Updates { get; } = [];

    public int UpdateResponseCode { get; set; }

    public DnsLookup Lookup => new([Address], TimeSpan.FromSeconds(2)) { AuthoritativePort = Port };

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        socket.Dispose();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            var received = await socket.ReceiveAsync(stopping.Token);
            await socket.SendAsync(Answer(received.Buffer), received.RemoteEndPoint, stopping.Token);
        }
    }

    private byte[] Answer(byte[] question)
    {
        var answer = new DnsWriter();
        var id = BinaryPrimitives.ReadUInt16BigEndian(question);
        if ((question[2] & 0x78) == 5 << 3)
        {
            Updates.Add(question);
            answer.Header(id, (ushort)(0xA800 | UpdateResponseCode), 0, 0, 0, 0);
            return answer.ToArray();
        }

        var (name, type) = DnsMessage.Read(question).Questions[0];
        List<(DnsType Type, byte[] Data)> found = type switch
        {
            DnsType.Soa when Zones.Contains(name) => [(DnsType.Soa, [.. Name("ns." + name), .. Name("hostmaster." + name), .. new byte[20]])],
            DnsType.NS when Zones.Contains(name) => [(DnsType.NS, Name("ns." + name))],
            DnsType.A when name.StartsWith("ns.", StringComparison.Ordinal) => [(DnsType.A, IPAddress.Loopback.GetAddressBytes())],
            DnsType.CName when Aliases.TryGetValue(name, out var target) => [(DnsType.CName, Name(target))],
            DnsType.Txt when Texts.TryGetValue(name, out var texts) => [.. texts.Select(text => (DnsType.Txt, Text(text)))],
            _ => [],
        };
        answer.Header(id, 0x8180, 1, (ushort)found.Count, 0, 0);
        answer.Name(name);
        answer.Number16((ushort)type);
        answer.Number16(DnsMessage.ClassIn);
        foreach (var (recordType, data) in found)
        {
            answer.Record(name, recordType, DnsMessage.ClassIn, 60, data);
        }

        return answer.ToArray();
    }

    private static byte[] Name(string name)
    {
        var writer = new DnsWriter();
        writer.Name(name);
        return writer.ToArray();
    }

    private static byte[] Text(string text)
    {
        var writer = new DnsWriter();
        writer.Counted(Encoding.ASCII.GetBytes(text));
        return writer.ToArray();
    }
}
