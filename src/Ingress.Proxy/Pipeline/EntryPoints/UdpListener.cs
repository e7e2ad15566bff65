using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Services.Udp;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>One UDP entry point. Each client address with its port is a session, which keeps its server until nobody has spoken for <c>udp.timeout</c>.</summary>
internal sealed partial class UdpListener : IDisposable
{
    /// <summary>No datagram is larger.</summary>
    public const int LargestDatagram = 65_535;

    private const int MostSockets = 8;
    private static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(100);

    private readonly EntryPointAddress address;
    private readonly EntryPointOptions options;
    private readonly TimeSpan timeout;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly List<Socket> sockets = [];
    private readonly List<Task> running = [];
    private readonly CancellationTokenSource closing = new();
    private readonly List<UdpSessionTable> tables = [];
    private volatile UdpService? service;
    private volatile bool isDraining;

    public UdpListener(string name, EntryPointOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        Name = name;
        this.options = options;
        this.time = time;
        address = EntryPointAddress.Parse(name, options.Address);
        timeout = options.Udp.Timeout.ToTimeSpan();
        logger = loggers.CreateLogger<UdpListener>();
    }

    /// <summary>The entry point's name.</summary>
    public string Name { get; }

    /// <summary>Where it listens, once started; the port is the real one where 0 was asked for.</summary>
    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where new sessions go; null drops their datagrams. Sessions under way keep their server.</summary>
    public UdpService? Service
    {
        get => service;
        set => service = value;
    }

    /// <summary>Binds the address and begins to read: on several sockets where the address may be shared.</summary>
    public void Start()
    {
        var count = options.ReusePort ? Math.Clamp(Environment.ProcessorCount, 1, MostSockets) : 1;
        for (var i = 0; i < count; i++)
        {
            var socket = Bind(i == 0 ? address.Endpoint : Endpoint);
            Endpoint = (IPEndPoint)socket.LocalEndPoint!;
            sockets.Add(socket);
            var table = new UdpSessionTable(UdpSessionTable.MostEstablished / count, UdpSessionTable.MostUnproven / count);
            tables.Add(table);
            running.Add(ReadAsync(socket, table));
            running.Add(SweepAsync(table));
        }

        LogStarted(logger, Name, Endpoint);
    }

    /// <summary>Waits the grace period in which new sessions are still taken, lets sessions end within the grace timeout, then closes.</summary>
    public async Task StopAsync()
    {
        await Task.Delay(options.Transport.LifeCycle.RequestAcceptGraceTimeout.ToTimeSpan(), time).ConfigureAwait(false);
        isDraining = true;
        var start = time.GetTimestamp();
        while (tables.Exists(table => table.Count > 0) && time.GetElapsedTime(start) < options.Transport.LifeCycle.GraceTimeOut.ToTimeSpan())
        {
            await Task.Delay(DrainInterval, time).ConfigureAwait(false);
        }

        await closing.CancelAsync().ConfigureAwait(false);
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        closing.Dispose();
    }

    private Socket Bind(IPEndPoint endpoint)
    {
        if (SocketActivation.Take(Name, SocketType.Dgram) is { } handedOver)
        {
            return handedOver;
        }

        var socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.IsAny && endpoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = true;
            }

            if (options.ReusePort)
            {
                ReusePort.Set(socket);
            }

            socket.Bind(endpoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ReadAsync(Socket socket, UdpSessionTable table)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(LargestDatagram, pinned: true);
        var client = new SocketAddress(socket.AddressFamily);
        while (!closing.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, client, closing.Token).ConfigureAwait(false);
                var session = table.Find(client) ?? await OpenAsync(client, socket, table).ConfigureAwait(false);
                if (session is not null)
                {
                    session.Touch(time.GetTimestamp());
                    await session.SendAsync(buffer.AsMemory(0, length)).ConfigureAwait(false);
                }
            }
            catch (SocketException error) when (error.SocketErrorCode is not (SocketError.OperationAborted or SocketError.Interrupted))
            {
                // A client's closed port or a datagram too large for a buffer is no fault of the listener's.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async ValueTask<UdpSession?> OpenAsync(SocketAddress client, Socket listener, UdpSessionTable table)
    {
        if (isDraining || service?.Next() is not { } server)
        {
            return null;
        }

        Socket? socket = null;
        try
        {
            var endpoint = server.Endpoint ?? await ResolveAsync(server).ConfigureAwait(false);
            socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(endpoint).ConfigureAwait(false);
            var session = new UdpSession(CopyOf(client), socket, listener);
            session.Touch(time.GetTimestamp());
            table.Add(session);
            _ = session.AnswerAsync(time);
            return session;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            LogUnreachable(logger, Name, server.Host, server.Port, error.Message);
            return null;
        }
    }

    private static SocketAddress CopyOf(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }

    private static async Task<IPEndPoint> ResolveAsync(UdpServer server)
    {
        var addresses = await Dns.GetHostAddressesAsync(server.Host).ConfigureAwait(false);
        return addresses.Length > 0 ? new IPEndPoint(addresses[0], server.Port) : throw new SocketException((int)SocketError.HostNotFound);
    }

    private async Task SweepAsync(UdpSessionTable table)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromTicks(Math.Max(timeout.Ticks / 4, TimeSpan.TicksPerMillisecond)), time);
        try
        {
            while (await timer.WaitForNextTickAsync(closing.Token).ConfigureAwait(false))
            {
                table.EndSilentSince(time.GetTimestamp() - (long)(timeout.TotalSeconds * time.TimestampFrequency));
            }
        }
        catch (OperationCanceledException)
        {
            // The entry point closes.
        }

        table.EndSilentSince(long.MaxValue);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "UDP entry point {EntryPointName} listens on {Endpoint}")]
    private static partial void LogStarted(ILogger logger, string entryPointName, IPEndPoint endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "UDP entry point {EntryPointName}: no way to {Host}:{Port}: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string entryPointName, string host, int port, string reason);
}
