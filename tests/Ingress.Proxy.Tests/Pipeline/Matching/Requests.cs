using System.Net;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Matching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Tests.Pipeline.Matching;

/// <summary>Requests as an entry point hands them to rules.</summary>
internal static class Requests
{
    public static RequestState Of(string host, string target = "/", string method = "GET", string peer = "127.0.0.1", params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = StringValues.Concat(context.Request.Headers[name], new StringValues(value));
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var state = new RequestState
        {
            Context = context,
            Host = host,
            RoutingHost = RoutingHost.Of(host),
            RoutingPath = RoutingPath.Of(path),
            PeerAddress = IPAddress.Parse(peer),
            PeerHost = peer,
        };
        state.Target.TrySetEscapedPath(path);
        state.Target.RawQuery = question < 0 ? "" : target[(question + 1)..];
        return state;
    }
}
