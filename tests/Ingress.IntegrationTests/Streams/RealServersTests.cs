using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingress.Testing;

namespace Ingress.IntegrationTests.Streams;

/// <summary>Real servers of other protocols behind the proxy.</summary>
public sealed class RealServersTests
{
    [Fact]
    public async Task RedisAnswersInClearTextAndOverTls()
    {
        var port = FreePort.Next();
        await using var redis = ProgramRun.Start("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], Path.GetTempPath());
        await StreamProxy.ListensAsync(port, redis);
        await using var proxy = await StreamProxy.StartAsync($$"""
            tcp:
              routers:
                plain: {rule: "HostSNI(`*`)", service: redis, entryPoints: [tcp]}
                secure: {rule: "HostSNI(`redis.test`)", service: redis, entryPoints: [tcp], tls: {} }
              services:
                redis: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
            """);
        await using var plain = await proxy.ConnectAsync();
        Assert.Equal("+OK\r\n", await AskAsync(plain, "SET greeting hello\r\n"u8.ToArray(), 5));
        await using var secure = await proxy.ConnectTlsAsync("redis.test");
        Assert.Equal("$5\r\nhello\r\n", await AskAsync(secure, "GET greeting\r\n"u8.ToArray(), 11));
    }

    [Fact]
    public async Task AnSshServerSpeaksFirstAndItsKeyArrives()
    {
        var port = FreePort.Next();
        using var folder = new TemporaryFolder();
        await ProgramRun.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.File("host"));
        if (Environment.UserName == "root")
        {
            Directory.CreateDirectory("/run/sshd");
        }

        await using var sshd = ProgramRun.Start("/usr/sbin/sshd", ["-D", "-e", "-f", "/dev/null", "-h", folder.File("host"), "-o", $"ListenAddress=127.0.0.1:{port}", "-o", "PidFile=none"]);
        await StreamProxy.ListensAsync(port, sshd);
        await using var proxy = await StreamProxy.StartAsync($$"""
            tcp:
              routers:
                ssh: {rule: "HostSNI(`*`)", service: ssh, entryPoints: [tcp]}
              services:
                ssh: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
            """);
        await using var silent = await proxy.ConnectAsync();
        Assert.Equal("SSH-2.0-", await AskAsync(silent, [], 8));
        var key = (await File.ReadAllTextAsync(folder.File("host.pub"))).Split(' ')[1];
        Assert.Contains(key, await ProgramRun.RunAsync("ssh-keyscan", "-t", "ed25519", "-p", $"{proxy.Port}", "127.0.0.1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnMqttBrokerIsChosenByItsProtocol()
    {
        var port = FreePort.Next();
        using var folder = new TemporaryFolder();
        var config = folder.Write("mosquitto.conf", $"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
        await using var broker = ProgramRun.Start("/usr/sbin/mosquitto", ["-c", config]);
        await StreamProxy.ListensAsync(port, broker);
        await using var proxy = await StreamProxy.StartAsync($$"""
            tcp:
              routers:
                mqtt: {rule: "HostSNI(`mqtt.test`)", service: mqtt, entryPoints: [tcp], tls: {} }
              services:
                mqtt: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
            """);
        await using var client = await proxy.ConnectTlsAsync("mqtt.test");
        byte[] connect = [0x10, 0x0E, 0, 4, .. "MQTT"u8, 4, 2, 0, 60, 0, 2, .. "me"u8];
        Assert.Equal("\x20\x02\0\0", await AskAsync(client, connect, 4));
        byte[] subscribe = [0x82, 6, 0, 1, 0, 1, (byte)'t', 0];
        Assert.Equal("\x90\x03\0\x01\0", await AskAsync(client, subscribe, 5));
        byte[] publish = [0x30, 6, 0, 1, (byte)'t', .. "yes"u8];
        Assert.Equal("0\x06\0\x01tyes", await AskAsync(client, publish, 8));
    }

    [Fact]
    public async Task ANameServerAnswersOverUdpAndTcp()
    {
        var port = FreePort.Next();
        using var folder = new TemporaryFolder();
        var config = folder.Write("unbound.conf", $"""
            server:
              interface: 127.0.0.1@{port}
              do-daemonize: no
              chroot: ""
              username: ""
              directory: "{folder.Path}"
              pidfile: ""
              use-syslog: no
              local-zone: "test." static
              local-data: "here.test. A 192.0.2.53"
            remote-control:
              control-enable: no
            """);
        await using var unbound = ProgramRun.Start("/usr/sbin/unbound", ["-d", "-c", config]);
        await StreamProxy.ListensAsync(port, unbound);
        await using var proxy = await StreamProxy.StartAsync($$"""
            tcp:
              routers:
                dns: {rule: "HostSNI(`*`)", service: dns, entryPoints: [tcp]}
              services:
                dns: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
            udp:
              routers:
                dns: {service: dns, entryPoints: [udp]}
              services:
                dns: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
            """);
        byte[] question = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, .. "here"u8, 4, .. "test"u8, 0, 0, 1, 0, 1];
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await udp.SendAsync(question, new IPEndPoint(IPAddress.Loopback, proxy.Port));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        AssertAnswers((await udp.ReceiveAsync(limit.Token)).Buffer);

        await using var tcp = await proxy.ConnectAsync();
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)question.Length);
        await tcp.WriteAsync((byte[])[.. length, .. question]);
        await tcp.ReadExactlyAsync(length);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await tcp.ReadExactlyAsync(answer);
        AssertAnswers(answer);
    }

    private static void AssertAnswers(byte[] answer)
    {
        Assert.Equal([0x12, 0x34], answer[..2]);
        Assert.Equal([192, 0, 2, 53], answer[^4..]);
    }

    private static async Task<string> AskAsync(Stream stream, byte[] question, int length)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        if (question.Length > 0)
        {
            await stream.WriteAsync(question, limit.Token);
        }

        var answer = new byte[length];
        await stream.ReadExactlyAsync(answer, limit.Token);
        return Encoding.Latin1.GetString(answer);
    }
}
