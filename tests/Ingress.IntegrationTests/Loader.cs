using System.Collections.Concurrent;
using System.Net;
using Ingress.Testing;

namespace Ingress.IntegrationTests;

/// <summary>Sends requests to some hosts without pause until it is told to stop, and keeps what went wrong.</summary>
internal sealed class Loader : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly List<Task> workers;
    private int requests;

    private Loader(ProxyProcess proxy, TimeSpan pause, IEnumerable<(string Host, string Path)> targets)
    {
        workers = [.. targets.Select(target => Task.Run(() => SendAsync(proxy, pause, target.Host, target.Path)))];
    }

    /// <summary>Requests so far.</summary>
    public int Requests => requests;

    /// <summary>What was not answered with 200.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>Starts one worker a target.</summary>
    public static Loader Start(ProxyProcess proxy, params (string Host, string Path)[] targets) => new(proxy, TimeSpan.FromMilliseconds(2), targets);

    /// <summary>Starts one worker a host, which asks for <c>/</c> and rests for a time after each answer.</summary>
    public static Loader Start(ProxyProcess proxy, TimeSpan pause, IEnumerable<string> hosts) => new(proxy, pause, hosts.Select(host => (host, "/")));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(workers);
        stopping.Dispose();
    }

    private async Task SendAsync(ProxyProcess proxy, TimeSpan pause, string host, string path)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var answer = await proxy.GetAsync(host, path);
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    failures.Enqueue($"{host}{path}: {(int)answer.StatusCode}");
                }
            }
            catch (HttpRequestException exception)
            {
                failures.Enqueue($"{host}{path}: {exception.Message}");
            }

            Interlocked.Increment(ref requests);
            await Task.Delay(pause);
        }
    }
}
