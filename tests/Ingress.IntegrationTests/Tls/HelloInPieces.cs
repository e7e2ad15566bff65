using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Ingress.IntegrationTests.Tls;

/// <summary>Stands before a server and passes a client's hello on in pieces: byte by byte, or as records of a few bytes each.</summary>
internal sealed class HelloInPieces : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;

    public HelloInPieces(int target, bool asRecords)
    {
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync(target, asRecords);
    }

    public int Port { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await accepting;
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync(int target, bool asRecords)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(end.Token);
                await RelayAsync(client.GetStream(), target, asRecords);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(NetworkStream client, int target, bool asRecords)
    {
        using var server = new TcpClient { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, target, end.Token);
        var toServer = server.GetStream();
        var header = new byte[5];
        await client.ReadExactlyAsync(header, end.Token);
        var hello = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3))];
        await client.ReadExactlyAsync(hello, end.Token);
        var size = asRecords ? (hello.Length / 20) + 1 : 1;
        foreach (var piece in (asRecords ? hello : [.. header, .. hello]).Chunk(size))
        {
            byte[] record = asRecords ? [header[0], header[1], header[2], 0, (byte)piece.Length, .. piece] : piece;
            await toServer.WriteAsync(record, end.Token);
        }

        var up = client.CopyToAsync(toServer, end.Token);
        var down = toServer.CopyToAsync(client, end.Token);
        await Task.WhenAny(up, down);
        server.Close();
        client.Close();
        await Task.WhenAll(up, down).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
