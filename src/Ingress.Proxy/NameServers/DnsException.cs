namespace Ingress.Proxy.NameServers;

/// <summary>Why name servers gave no usable answer, in words fit for a log and an operator.</summary>
internal sealed class DnsException(string message, Exception? inner = null) : Exception(message, inner);
