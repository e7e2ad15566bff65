namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>Protocols as Go writes them.</summary>
internal static class ProtocolText
{
    public static string Of(string protocol) => protocol switch
    {
        "HTTP/2" => "HTTP/2.0",
        "HTTP/3" => "HTTP/3.0",
        _ => protocol,
    };
}
