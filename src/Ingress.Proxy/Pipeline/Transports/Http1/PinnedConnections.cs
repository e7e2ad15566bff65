using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>
/// Connections to servers that serve one client connection alone. NTLM and Negotiate prove who a connection belongs to, not who sent a request: the steps of the
/// proof must take one connection (RFC 4559, section 6), and what one client has proved must not serve another. They are closed with the client's connection.
/// </summary>
internal sealed class PinnedConnections : IDisposable
{
    private readonly Lock gate = new();
    private Dictionary<Http1Pool, Http1Pool>? pools;
    private bool isClosed;

    /// <summary>Whether one of the challenges or credentials is bound to its connection.</summary>
    public static bool AreBound(in StringValues values)
    {
        foreach (var value in values)
        {
            if (value is not null && (value.StartsWith("NTLM", StringComparison.OrdinalIgnoreCase) || value.StartsWith("Negotiate", StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The connections for a request: this client's own where it has some, or proves itself just now; else those for all.</summary>
    public Http1Pool Choose(Http1Pool shared, IHeaderDictionary request)
    {
        if (AreBound(request.Authorization))
        {
            return Pin(shared);
        }

        if (Volatile.Read(ref pools) is null)
        {
            return shared;
        }

        lock (gate)
        {
            return pools!.GetValueOrDefault(shared, shared);
        }
    }

    /// <summary>Gives the client connections of its own in place of these, if it has none, and returns them.</summary>
    public Http1Pool Pin(Http1Pool shared)
    {
        lock (gate)
        {
            var all = pools ?? [];
            if (!all.TryGetValue(shared, out var own))
            {
                own = shared.ForOneClient();
                all.Add(shared, own);
                Volatile.Write(ref pools, all);
                if (isClosed)
                {
                    // A copy of a request that outlives its client: each connection ends with its answer.
                    own.Dispose();
                }
            }

            return own;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (var own in pools?.Values ?? Enumerable.Empty<Http1Pool>())
            {
                own.Dispose();
            }
        }
    }
}
