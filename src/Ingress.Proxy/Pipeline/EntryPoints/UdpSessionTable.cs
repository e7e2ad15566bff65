using System.Net;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// The sessions of one listener, bounded. Sessions whose server has answered and those whose server has not are bounded apart, oldest out, so that a flood of
/// invented sources only pushes out itself.
/// </summary>
internal sealed class UdpSessionTable(int mostEstablished = 16_384, int mostUnanswered = 4_096)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPEndPoint, UdpSession> sessions = [];
    private readonly LinkedList<UdpSession> established = new();
    private readonly LinkedList<UdpSession> unanswered = new();

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

    /// <summary>The session of a client, or null.</summary>
    public UdpSession? Find(IPEndPoint client)
    {
        lock (gate)
        {
            return sessions.GetValueOrDefault(client);
        }
    }

    /// <summary>Adds a session, in place of the oldest one where the table is full.</summary>
    public void Add(UdpSession session)
    {
        UdpSession? evicted = null;
        lock (gate)
        {
            if (unanswered.Count >= mostUnanswered)
            {
                evicted = Take(unanswered.First!.Value);
            }

            sessions[session.Client] = session;
            session.Node = unanswered.AddLast(session);
        }

        evicted?.Dispose();
    }

    /// <summary>Notes that the server has answered.</summary>
    public void Establish(UdpSession session)
    {
        UdpSession? evicted = null;
        lock (gate)
        {
            if (session.Node is not { } node || node.List != unanswered)
            {
                return;
            }

            unanswered.Remove(node);
            if (established.Count >= mostEstablished)
            {
                evicted = Take(established.First!.Value);
            }

            established.AddLast(node);
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
