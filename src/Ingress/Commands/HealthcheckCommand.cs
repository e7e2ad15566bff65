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

        var (isHealthy, text) = await AskAsync(load.Configuration).ConfigureAwait(false);
        Console.WriteLine(text);
        return isHealthy ? 0 : 1;
    }

    /// <summary>Whether the proxy of this configuration answers, and the words for it.</summary>
    public static async Task<(bool IsHealthy, string Text)> AskAsync(StaticConfiguration settings)
    {
        if (settings.Ping is not { } ping)
        {
            return Fail("please enable `ping` to use health check");
        }

        if (!settings.EntryPoints.TryGetValue(ping.EntryPoint, out var entryPoint))
        {
            return Fail($"ping: the entry point {ping.EntryPoint} is not declared");
        }

        var address = EntryPointAddress.Parse(ping.EntryPoint, entryPoint.Address);
        var shown = $"http://{entryPoint.Address.Split('/')[0]}/ping";
        var asked = new UriBuilder("http", address.IsAny ? "localhost" : address.Endpoint.Address.ToString(), address.Endpoint.Port, "/ping").Uri;
        return await AskAsync(shown, asked).ConfigureAwait(false);
    }

    private static async Task<(bool IsHealthy, string Text)> AskAsync(string shown, Uri asked)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Limit };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, asked);
            using var response = await client.SendAsync(request).ConfigureAwait(false);
            if ((int)response.StatusCode != 200)
            {
                return (false, $"Bad healthcheck status: {(int)response.StatusCode} {response.ReasonPhrase}");
            }

            return (true, $"OK: {shown}");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or SocketException)
        {
            return Fail($"Head \"{shown}\": {exception.Message}");
        }
    }

    private static (bool IsHealthy, string Text) Fail(string reason) => (false, $"Error calling healthcheck: {reason}");
}
