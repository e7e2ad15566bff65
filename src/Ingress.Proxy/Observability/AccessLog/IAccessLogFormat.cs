using System.Buffers;
using Ingress.Proxy.Pipeline;

namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>Makes a line of an entry; line end included.</summary>
internal interface IAccessLogFormat
{
    void Write(ArrayBufferWriter<byte> line, AccessLogEntry entry, RequestState state);
}
