using System.Net;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// The sessions of one listener, bounded. Those whose client has spoken again after the server's answer are bounded apart from those whose client has not, and
/// those that were silent longest go first: a flood of invented sources, which never hear an answer, only pushes out itself.
/// </summary>
internal sealed class UdpSessionTable(int mostEstablished = UdpSessionTable.MostEstablished, int mostUnproven = UdpSessionTable.MostUnproven)
{
    /// <summary>How many sessions an entry point keeps of clients that have spoken again after an answer.</summary>
    public const int MostEstablished = 16_384;

    /// <summary>How many it keeps of others.</summary>
    public const int MostUnproven = 4_096;

    private readonly Lock gate = new();
    private readonly Dictionary<SocketAddress, UdpSession> sessions = [];
    private readonly LinkedList<UdpSession> established = new();
    private readonly LinkedList<UdpSession> unproven = new();

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return sessions.Count;
            }
        }
    }

    /// <summary>The session of a client that has just spoken, or null.</summary>
    public UdpSession? Find(SocketAddress client)
    {
        UdpSession? evicted = null;
        UdpSession? session;
        lock (gate)
        {
            session = sessions.GetValueOrDefault(client);
            if (session?.HasAnswered == true)
            {
                evicted = MoveToEstablished(session.Node!);
            }
        }

        evicted?.Dispose();
        return session;
    }

    /// <summary>Adds a session, in place of the oldest one where the table is full.</summary>
    public void Add(UdpSession session)
    {
        UdpSession? evicted = null;
        lock (gate)
        {
            if (unproven.Count >= mostUnproven)
            {
                evicted = Take(unproven.First!.Value);
            }

            sessions[session.Client] = session;
            session.Node = unproven.AddLast(session);
        }

        evicted?.Dispose();
    }

    /// <summary>Ends all sessions in which nobody has spoken since a time.</summary>
    public void EndSilentSince(long timestamp)
    {
        List<UdpSession>? ended = null;
        lock (gate)
        {
            foreach (var session in sessions.Values)
            {
                if (session.LastActive < timestamp)
                {
                    (ended ??= []).Add(session);
                }
            }

            foreach (var session in ended ?? [])
            {
                Take(session);
            }
        }

        foreach (var session in ended ?? [])
        {
            session.Dispose();
        }
    }

    // To the end of the list, also from within it. Returns who gives way.
    private UdpSession? MoveToEstablished(LinkedListNode<UdpSession> node)
    {
        node.List!.Remove(node);
        var evicted = established.Count >= mostEstablished ? Take(established.First!.Value) : null;
        established.AddLast(node);
        return evicted;
    }

    private UdpSession Take(UdpSession session)
    {
        sessions.Remove(session.Client);
        if (session.Node is { } node)
        {
            node.List?.Remove(node);
            session.Node = null;
        }

        return session;
    }
}
