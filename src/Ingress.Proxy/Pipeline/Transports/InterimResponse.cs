using System.Globalization;
using System.Text;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Passes 1xx messages such as 103 Early Hints on. The server has no call for that, so they go to the connection itself, before its answer begins.</summary>
internal static class InterimResponse
{
    /// <summary>Sends it to an HTTP/1.1 client whose answer has not begun; to others it is not sent, which the protocol allows.</summary>
    public static async ValueTask RelayAsync(HttpContext context, Http1Response response, CancellationToken cancellation)
    {
        if (context.Response.HasStarted || !HttpProtocol.IsHttp11(context.Request.Protocol) || context.Request.Headers.Expect.Count > 0
            || context.Features.Get<IConnectionTransportFeature>() is not { } connection)
        {
            return;
        }

        var status = (int)response.StatusCode;
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {PlainAnswers.StatusText(status)}\r\n");
        foreach (var (name, value) in response.Fields)
        {
            if (!HopByHop.IsHopByHop(name))
            {
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            }
        }

        head.Append("\r\n");
        await connection.Transport.Output.WriteAsync(Encoding.Latin1.GetBytes(head.ToString()), cancellation).ConfigureAwait(false);
    }
}
