using System.Net;
using System.Security.Cryptography.X509Certificates;
using Ingress.Proxy.Pipeline.Transports.Http1;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>What is known of one client connection, as a feature of it.</summary>
internal sealed class ConnectionState : IDisposable
{
    /// <summary>The peer, after any PROXY header.</summary>
    public required IPEndPoint Peer { get; set; }

    /// <summary>The peer's address as text, without a zone.</summary>
    public required string PeerHost { get; set; }

    /// <summary>What the client connected to by a PROXY header; null without one.</summary>
    public IPEndPoint? Destination { get; private set; }

    /// <summary>When the connection was accepted, as a <see cref="TimeProvider"/> timestamp.</summary>
    public required long Accepted { get; init; }

    /// <summary>Whether TLS was terminated here.</summary>
    public bool IsTls { get; set; }

    /// <summary>The server name that the client asked for, lower case; empty without one.</summary>
    public string ServerName { get; set; } = "";

    /// <summary>The TLS options used in the handshake.</summary>
    public string TlsOptions { get; set; } = "default";

    /// <summary>The client's certificate and the chain that it sent; empty without one.</summary>
    public IReadOnlyList<X509Certificate2> ClientCertificates { get; set; } = [];

    /// <summary>Requests so far.</summary>
    public int Requests { get; set; }

    /// <summary>Connections to servers that belong to it alone.</summary>
    public PinnedConnections Pinned { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => Pinned.Dispose();

    /// <summary>The state of an accepted connection.</summary>
    public static ConnectionState Of(EndPoint? remote, long accepted)
    {
        var peer = Unmapped(remote);
        return new ConnectionState { Peer = peer, PeerHost = TextOf(peer.Address), Accepted = accepted };
    }

    /// <summary>Takes the peer that a PROXY header names, and what it connected to.</summary>
    public void Replace(IPEndPoint peer, IPEndPoint? destination)
    {
        Destination = destination;
        Peer = Unmapped(peer);
        PeerHost = TextOf(Peer.Address);
    }

    private static IPEndPoint Unmapped(EndPoint? remote)
    {
        var peer = remote as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        return peer.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(peer.Address.MapToIPv4(), peer.Port) : peer;
    }

    private static string TextOf(IPAddress address)
    {
        var text = address.ToString();
        var zone = text.IndexOf('%', StringComparison.Ordinal);
        return zone < 0 ? text : text[..zone];
    }
}
