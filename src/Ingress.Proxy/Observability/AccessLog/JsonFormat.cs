using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;
using Ingress.Proxy.Tls;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>One JSON object a line, keys in order, durations in nanoseconds.</summary>
internal sealed class JsonFormat(AccessLogFields fields) : IAccessLogFormat
{
    public const string Redacted = "REDACTED";

    // RFC 3339 with as many digits of the fraction as there are.
    private const string PreciseTime = "yyyy-MM-ddTHH:mm:ss.FFFFFFFK";

    // A connection's certificate is the same object for all its requests.
    private static readonly ConditionalWeakTable<X509Certificate2, string> Subjects = [];

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    public void Write(ArrayBufferWriter<byte> line, AccessLogEntry entry, RequestState state)
    {
        var json = writer;
        if (json is null)
        {
            writer = json = new Utf8JsonWriter(line, RecordJson.WriterOptions);
        }
        else
        {
            json.Reset(line);
        }

        json.WriteStartObject();
        ClientAndSizes(json, entry, state);
        Request(json, entry, state);
        RouteAndTimes(json, entry, state);
        Tls(json, state.Context);
        if (fields.HasHeaders)
        {
            Headers(json, "downstream_", state.Context.Response.Headers);
        }

        Text(json, AccessLogField.entryPointName, state.EntryPoint);
        json.WriteString("level"u8, "info"u8);
        json.WriteString("msg"u8, ""u8);
        if (fields.HasHeaders)
        {
            Headers(json, "origin_", entry.OriginHeaders);
            Headers(json, "request_", state.Context.Request.Headers);
        }

        json.WriteString("time"u8, entry.Start.AddTicks(entry.Duration / 100).ToLocalTime().ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
    }

    private void ClientAndSizes(Utf8JsonWriter json, AccessLogEntry entry, RequestState state)
    {
        if (fields.Keeps(AccessLogField.ClientAddr))
        {
            json.WriteString("ClientAddr"u8, state.PeerHost.Contains(':', StringComparison.Ordinal) ? $"[{state.PeerHost}]:{state.PeerPort}" : $"{state.PeerHost}:{state.PeerPort}");
        }

        Text(json, AccessLogField.ClientHost, entry.ClientHost);
        Text(json, AccessLogField.ClientPort, state.PeerPort.ToString(CultureInfo.InvariantCulture));
        Text(json, AccessLogField.ClientUsername, state.ClientUsername ?? "-");
        Number(json, AccessLogField.DownstreamContentSize, entry.Bytes);
        Number(json, AccessLogField.DownstreamStatus, entry.Status);
        Number(json, AccessLogField.Duration, entry.Duration);
        if (entry.Bytes != entry.OriginBytes && entry.Bytes > 0 && fields.Keeps(AccessLogField.GzipRatio))
        {
            json.WriteNumber("GzipRatio"u8, (double)entry.OriginBytes / entry.Bytes);
        }

        Number(json, AccessLogField.OriginContentSize, entry.OriginBytes);
        Number(json, AccessLogField.OriginDuration, entry.OriginDuration);
        Number(json, AccessLogField.OriginStatus, entry.OriginStatus);
        Number(json, AccessLogField.Overhead, entry.Duration - entry.OriginDuration);
    }

    private void Request(Utf8JsonWriter json, AccessLogEntry entry, RequestState state)
    {
        var host = new HostString(entry.Host);
        Text(json, AccessLogField.RequestAddr, entry.Host);
        Number(json, AccessLogField.RequestContentSize, entry.RequestBytes);
        Number(json, AccessLogField.RequestCount, entry.Count);
        Text(json, AccessLogField.RequestHost, host.Host.Trim('[', ']'));
        Text(json, AccessLogField.RequestMethod, entry.Method);
        Text(json, AccessLogField.RequestPath, entry.Path);
        Text(json, AccessLogField.RequestPort, host.Port?.ToString(CultureInfo.InvariantCulture) ?? "-");
        Text(json, AccessLogField.RequestProtocol, ProtocolText.Of(state.Context.Request.Protocol));
        Text(json, AccessLogField.RequestScheme, state.IsTls ? "https" : "http");
        Number(json, AccessLogField.RetryAttempts, 0);
    }

    private void RouteAndTimes(Utf8JsonWriter json, AccessLogEntry entry, RequestState state)
    {
        TextIfAny(json, AccessLogField.RouterName, state.RouterName);
        if (state.ServerUrl.Length > 0)
        {
            TextIfAny(json, AccessLogField.ServiceAddr, AuthorityOf(state.ServerUrl));
            TextIfAny(json, AccessLogField.ServiceName, state.ServiceName);
            TextIfAny(json, AccessLogField.ServiceURL, state.ServerUrl);
        }

        if (fields.Keeps(AccessLogField.StartLocal))
        {
            json.WriteString("StartLocal"u8, entry.Start.ToLocalTime().ToString(PreciseTime, CultureInfo.InvariantCulture));
        }

        if (fields.Keeps(AccessLogField.StartUTC))
        {
            json.WriteString("StartUTC"u8, entry.Start.UtcDateTime.ToString(PreciseTime, CultureInfo.InvariantCulture));
        }
    }

    private void Tls(Utf8JsonWriter json, HttpContext context)
    {
        if (context.Features.Get<ITlsHandshakeFeature>() is not { } handshake || handshake.NegotiatedCipherSuite is not { } suite)
        {
            return;
        }

        Text(json, AccessLogField.TLSCipher, suite.ToString());
        if (context.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate)
        {
            Text(json, AccessLogField.TLSClientSubject, Subjects.GetValue(certificate, static own => CertificateNames.Full(own.SubjectName)));
        }

        Text(json, AccessLogField.TLSVersion, TlsNames.ShortVersion(handshake.Protocol));
    }

    private void Headers(Utf8JsonWriter json, string prefix, IHeaderDictionary? headers)
    {
        var shown = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in headers ?? new HeaderDictionary())
        {
            // Go keeps Host apart from the headers.
            var mode = name.StartsWith(':') || name.Equals("Host", StringComparison.OrdinalIgnoreCase) ? HeaderMode.Drop : fields.ModeOfHeader(name);
            if (mode != HeaderMode.Drop)
            {
                shown[prefix + HeaderText.Canonical(name)] = mode == HeaderMode.Redact ? Redacted : Joined(values);
            }
        }

        foreach (var (name, value) in shown)
        {
            json.WriteString(name, value);
        }
    }

    private static string Joined(StringValues values) => values.Count == 1 ? values[0] ?? "" : string.Join(',', values.ToArray());

    private static string AuthorityOf(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
        var end = url.IndexOf('/', start);
        return end < 0 ? url[start..] : url[start..end];
    }

    private void Text(Utf8JsonWriter json, AccessLogField field, string value)
    {
        if (fields.Keeps(field))
        {
            json.WriteString(Names[(int)field], value);
        }
    }

    private void TextIfAny(Utf8JsonWriter json, AccessLogField field, string value)
    {
        if (value.Length > 0)
        {
            Text(json, field, value);
        }
    }

    private void Number(Utf8JsonWriter json, AccessLogField field, long value)
    {
        if (fields.Keeps(field))
        {
            json.WriteNumber(Names[(int)field], value);
        }
    }

    private static readonly JsonEncodedText[] Names = [.. Enum.GetNames<AccessLogField>().Select(name => JsonEncodedText.Encode(name))];
}
