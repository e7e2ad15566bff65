using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Pipeline.EntryPoints;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Pipeline.EntryPoints;

public sealed class SocketPollingTests
{
    [Theory]
    [InlineData(0, 1000, 2, SocketPolling.Quick)]
    [InlineData(199, 1000, 2, SocketPolling.Quick)]
    [InlineData(200, 1000, 2, SocketPolling.Gathering)]
    [InlineData(200, 1000, 1, SocketPolling.Gathering)]
    [InlineData(200, 1000, 16, SocketPolling.Quick)]
    [InlineData(2000, 1000, 2, SocketPolling.Gathering)]
    public void ATenthOfAllProcessorsIsBusy(int usedMilliseconds, int elapsedMilliseconds, int processors, int policy)
        => Assert.Equal(policy, SocketPolling.PolicyFor(TimeSpan.FromMilliseconds(usedMilliseconds), TimeSpan.FromMilliseconds(elapsedMilliseconds), processors));

    [Fact]
    public async Task ThePollingThreadsAndNoOthersTakeThePolicy()
    {
        await UseTheNetworkAsync();
        Assert.Contains(SchedulingPolicy.OfThreads(Environment.ProcessId), thread => thread.Name == SchedulingPolicy.PollingThread);
        try
        {
            await HoldsAfterSettingAsync(SocketPolling.Gathering, thread => thread.Policy == (thread.Name == SchedulingPolicy.PollingThread ? SocketPolling.Gathering : SocketPolling.Quick));
        }
        finally
        {
            await HoldsAfterSettingAsync(SocketPolling.Quick, thread => thread.Policy == SocketPolling.Quick);
        }
    }

    [Fact]
    public async Task AWorkerThatAPollerHasStartedIsMadeQuick()
    {
        await UseTheNetworkAsync();
        var worker = SchedulingPolicy.OfThreads(Environment.ProcessId).First(thread => thread.Name != SchedulingPolicy.PollingThread).Id;
        await using (var change = ProgramRun.Start("chrt", ["--batch", "--pid", "0", worker.ToString(CultureInfo.InvariantCulture)]))
        {
            await Eventually.HoldsAsync("the thread has a poller's policy", () => PolicyOf(worker) == SocketPolling.Gathering);
        }

        Assert.True(SocketPolling.Set(SocketPolling.Gathering));
        Assert.Equal(SocketPolling.Quick, PolicyOf(worker));
        Assert.True(SocketPolling.Set(SocketPolling.Quick));
    }

    // Other tests make a poller start workers at any time, also between setting and looking.
    private static Task HoldsAfterSettingAsync(int policy, Func<(int Id, string Name, int Policy), bool> condition) => Eventually.HoldsAsync(
        "all threads have their policy",
        () => SocketPolling.Set(policy) && SchedulingPolicy.OfThreads(Environment.ProcessId).All(condition));

    private static int PolicyOf(int thread) => SchedulingPolicy.OfThreads(Environment.ProcessId).First(one => one.Id == thread).Policy;

    // The runtime starts its polling threads with the first operation that has to wait.
    private static async Task UseTheNetworkAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = listener.AcceptSocketAsync();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await accepting;
        Assert.True(server.Connected);
    }
}
