using System.Net.Sockets;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.EntryPoints;

namespace Ingress.Commands;

/// <summary>Asks the ping endpoint of the running proxy (<c>healthcheck</c>): exit code 0 where it answers 200.</summary>
internal static class HealthcheckCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(StaticLoad load)
    {
        if (CommandLine.Report(load))
        {
            return 1;
        }

        if (load.Configuration.Ping is not { } ping)
        {
            return Fail("please enable `ping` to use health check");
        }

        if (!load.Configuration.EntryPoints.TryGetValue(ping.EntryPoint, out var entryPoint))
        {
            return Fail($"ping: the entry point {ping.EntryPoint} is not declared");
        }

        var address = EntryPointAddress.Parse(ping.EntryPoint, entryPoint.Address);
        var shown = $"http://{entryPoint.Address.Split('/')[0]}/ping";
        var asked = new UriBuilder("http", address.IsAny ? "localhost" : address.Endpoint.Address.ToString(), address.Endpoint.Port, "/ping").Uri;
        return await AskAsync(shown, asked).ConfigureAwait(false);
    }

    private static async Task<int> AskAsync(string shown, Uri asked)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Limit };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, asked);
            using var response = await client.SendAsync(request).ConfigureAwait(false);
            if ((int)response.StatusCode != 200)
            {
                Console.WriteLine($"Bad healthcheck status: {(int)response.StatusCode} {response.ReasonPhrase}");
                return 1;
            }

            Console.WriteLine($"OK: {shown}");
            return 0;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or SocketException)
        {
            return Fail($"Head \"{shown}\": {exception.Message}");
        }
    }

    private static int Fail(string reason)
    {
        Console.WriteLine($"Error calling healthcheck: {reason}");
        return 1;
    }
}
