using System.Buffers;
using System.Globalization;
using System.Text;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>The common log format with Traefik's fields after it, or (<c>genericCLF</c>) without them.</summary>
internal sealed class CommonFormat(AccessLogFields fields, bool isGeneric) : IAccessLogFormat
{
    private const string TimeFormat = "dd/MMM/yyyy:HH:mm:ss";

    public void Write(ArrayBufferWriter<byte> line, AccessLogEntry entry, RequestState state)
    {
        var request = state.Context.Request;
        Text(line, AccessLogField.ClientHost, entry.ClientHost);
        line.Write(" - "u8);
        Text(line, AccessLogField.ClientUsername, state.ClientUsername ?? "");
        line.Write(" ["u8);
        Time(line, entry.Start);
        line.Write("] \""u8);
        Text(line, AccessLogField.RequestMethod, entry.Method);
        line.Write(" "u8);
        Text(line, AccessLogField.RequestPath, entry.Path);
        line.Write(" "u8);
        Text(line, AccessLogField.RequestProtocol, ProtocolText.Of(request.Protocol));
        line.Write("\" "u8);
        Number(line, AccessLogField.DownstreamStatus, entry.Status);
        line.Write(" "u8);
        Number(line, AccessLogField.DownstreamContentSize, entry.Bytes);
        line.Write(" "u8);
        Quoted(line, Header(request, "Referer"));
        line.Write(" "u8);
        Quoted(line, Header(request, "User-Agent"));
        if (!isGeneric)
        {
            line.Write(" "u8);
            Number(line, AccessLogField.RequestCount, entry.Count);
            line.Write(" "u8);
            Quoted(line, fields.Keeps(AccessLogField.RouterName) ? state.RouterName : "");
            line.Write(" "u8);
            Quoted(line, fields.Keeps(AccessLogField.ServiceURL) ? state.ServerUrl : "");
            line.Write(" "u8);
            Number(line, fields.Keeps(AccessLogField.Duration) ? entry.Duration / 1_000_000 : 0);
            line.Write("ms"u8);
        }

        line.Write("\n"u8);
    }

    private void Time(ArrayBufferWriter<byte> line, DateTimeOffset start)
    {
        if (fields.Keeps(AccessLogField.StartUTC))
        {
            Format(line, start.UtcDateTime, TimeFormat);
            line.Write(" +0000"u8);
        }
        else if (fields.Keeps(AccessLogField.StartLocal))
        {
            var local = start.ToLocalTime();
            Format(line, local.DateTime, TimeFormat);
            Raw(line, $" {(local.Offset < TimeSpan.Zero ? '-' : '+')}{local.Offset:hhmm}");
        }
        else
        {
            line.Write("-"u8);
        }
    }

    private string Header(HttpRequest request, string name) => fields.ModeOfHeader(name) switch
    {
        HeaderMode.Keep => request.Headers[name].ToString(),
        HeaderMode.Redact when request.Headers.ContainsKey(name) => JsonFormat.Redacted,
        _ => "",
    };

    private void Text(ArrayBufferWriter<byte> line, AccessLogField field, string text) => Raw(line, fields.Keeps(field) && text.Length > 0 ? text : "-");

    private void Number(ArrayBufferWriter<byte> line, AccessLogField field, long number)
    {
        if (fields.Keeps(field))
        {
            Number(line, number);
        }
        else
        {
            line.Write("-"u8);
        }
    }

    private static void Number(ArrayBufferWriter<byte> line, long number)
    {
        var span = line.GetSpan(20);
        number.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
        line.Advance(written);
    }

    private static void Format(ArrayBufferWriter<byte> line, DateTime time, string format)
    {
        var span = line.GetSpan(32);
        time.TryFormat(span, out var written, format, CultureInfo.InvariantCulture);
        line.Advance(written);
    }

    private static void Quoted(ArrayBufferWriter<byte> line, string text)
    {
        line.Write("\""u8);
        Raw(line, text.Length == 0 ? "-" : text.Replace("\"", "\\\"", StringComparison.Ordinal));
        line.Write("\""u8);
    }

    private static void Raw(ArrayBufferWriter<byte> line, string text) => Encoding.UTF8.GetBytes(text, line);
}
