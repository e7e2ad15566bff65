using Ingress.Testing;

namespace Ingress.IntegrationTests.BadInput;

/// <summary>Damaged static configurations: the program says what is wrong and ends, or starts; it never crashes and never takes an unknown key.</summary>
public sealed class StaticFileTests
{
    private const int Cases = 100;
    private const int AtOnce = 2;

    private const string Good = """
        entryPoints: #!
          web:
            address: "127.0.0.1:{web}" #!
            transport:
              respondingTimeouts: #!
                readTimeout: 60s #!
                idleTimeout: 3m #!
              lifeCycle: #!
                graceTimeOut: 1s #!
            forwardedHeaders: #!
              trustedIPs: #!
                - 127.0.0.1
            http:
              middlewares: #!
                - add@file
          traefik:
            address: "127.0.0.1:{api}"
        api: #!
          insecure: true #!
          dashboard: false #!
        ping: {} #!
        log: #!
          level: INFO #!
          format: json #!
        accessLog: #!
          bufferingSize: 10 #!
          filters: #!
            statusCodes: #!
              - "200-299"
            retryAttempts: true #!
        providers: #!
          providersThrottleDuration: 1s #!
          file: #!
            filename: "{dir}/dynamic.yml" #!
            watch: true #!

        """;

    [Fact]
    public async Task NoDamageCrashesAndUnknownKeysAreNamed()
    {
        var faults = new List<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Cases), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (seed, _) =>
        {
            var mutation = Mutation.Of(Good, seed);
            if (await FaultAsync(mutation) is { } fault)
            {
                lock (faults)
                {
                    faults.Add($"seed {seed}, {mutation.Description}: {fault}");
                }
            }
        });

        Assert.Empty(faults);
    }

    private static async Task<string?> FaultAsync(Mutation mutation)
    {
        await using var proxy = ProxyProcess.Start(new ProxySetup { Static = mutation.Text });
        var ended = await EndedOrReadyAsync(proxy);
        if (!ended)
        {
            return mutation.UnknownKey is not { } accepted ? null
                : !mutation.IsRoot ? "started in spite of the unknown key"
                : proxy.Run.Output.Contains(accepted, StringComparison.Ordinal) ? null
                : "started without a warning of the unknown root key";
        }

        var code = await proxy.Run.ExitCodeAsync(TimeSpan.FromSeconds(1));
        var output = proxy.Run.Output;
        return code == 0 ? "ended without an error code"
            : code > 128 ? $"crashed with {code}: {output}"
            : output.Contains("Unhandled exception", StringComparison.Ordinal) || output.Contains("   at Ingress.", StringComparison.Ordinal) ? $"an exception came through: {output}"
            : mutation.UnknownKey is { } key && !output.Contains(key, StringComparison.OrdinalIgnoreCase) ? $"the key is not named: {output}"
            : output.Length == 0 ? "said nothing"
            : null;
    }

    /// <summary>True where the process has ended, false where it serves, on whichever entry point is left.</summary>
    private static async Task<bool> EndedOrReadyAsync(ProxyProcess proxy)
    {
        try
        {
            await Eventually.HoldsAsync("ended or ready", async () => proxy.Run.HasExited || await AcceptsAsync(proxy.WebPort) || await AcceptsAsync(proxy.ApiPort), TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            // With its entry points damaged away it may run and serve nothing that we know of.
        }

        return proxy.Run.HasExited;
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
