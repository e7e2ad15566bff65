using Ingress.Testing;

namespace Ingress.IntegrationTests.Requests;

/// <summary>Under load the threads that poll sockets gather events; without it they are quick.</summary>
public sealed class PollingTests
{
    private const int Quick = 0;
    private const int Gathering = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task ThePollingThreadsFollowTheLoad()
    {
        await using var backend = await Backend.StartAsync();
        await using var proxy = await ProxyProcess.StartAsync(new ProxySetup
        {
            Dynamic = $$"""
                http:
                  routers:
                    all: {rule: "PathPrefix(`/`)", service: up}
                  services:
                    up:
                      loadBalancer:
                        servers: [{url: "{{backend.Url}}"}]
                """,
        });
        await using (var loader = Loader.Start(proxy, TimeSpan.Zero, Enumerable.Repeat("any.test", 30)))
        {
            await Eventually.HoldsAsync("the polling threads gather", () => HaveAll(proxy.Run.Id, Gathering), Patience);
            Assert.Empty(loader.Failures);
        }

        await Eventually.HoldsAsync("the polling threads are quick again", () => HaveAll(proxy.Run.Id, Quick), Patience);
    }

    private static bool HaveAll(int process, int policy)
        => SchedulingPolicy.OfThreads(process).Where(thread => thread.Name == SchedulingPolicy.PollingThread).Select(thread => thread.Policy).ToArray() is [_, ..] policies
            && Array.TrueForAll(policies, found => found == policy);
}
