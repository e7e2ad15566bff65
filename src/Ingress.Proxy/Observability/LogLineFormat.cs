using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingress.Proxy.Configuration;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Observability;

/// <summary>Makes lines of the process log: JSON with level, fields, time and message, or the common form for people.</summary>
internal sealed class LogLineFormat(bool isJson, bool isColoured, TimeProvider time)
{
    // Traefik names these fields beside the message, and people search for them.
    private static readonly FrozenSet<string> NamedFields = new[]
    {
        "entryPointName", "routerName", "rule", "middlewareName", "middlewareType", "providerName", "serviceName", "metricsProviderName",
        "tracingProviderName", "serverIndex", "tlsStoreName", "serversTransport",
    }.ToFrozenSet(StringComparer.Ordinal);

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    /// <summary>The line with its line end; good until the same thread formats another one.</summary>
    public ReadOnlySpan<byte> Format(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? exception)
    {
        var buffer = LogLineFormat.buffer ??= new ArrayBufferWriter<byte>(512);
        buffer.ResetWrittenCount();
        if (isJson)
        {
            WriteJson(buffer, level, message, fields, exception);
        }
        else
        {
            WriteCommon(buffer, level, message, fields, exception);
        }

        return buffer.WrittenSpan;
    }

    private void WriteJson(ArrayBufferWriter<byte> buffer, LogLevel level, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? exception)
    {
        using (var writer = new Utf8JsonWriter(buffer, RecordJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("level", LongName(level));
            foreach (var (key, value) in Fields(fields))
            {
                writer.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
            }

            if (exception is not null)
            {
                writer.WriteString("error", ErrorText(level, exception));
            }

            writer.WriteString("time", Now());
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }

    private void WriteCommon(ArrayBufferWriter<byte> buffer, LogLevel level, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? exception)
    {
        var text = new StringBuilder();
        Coloured(text, "90", Now()).Append(' ');
        Coloured(text, level >= LogLevel.Error ? "31" : level == LogLevel.Warning ? "33" : "32", ShortName(level)).Append(' ').Append(message);
        foreach (var (key, value) in Fields(fields))
        {
            if (NamedFields.Contains(key))
            {
                Coloured(text.Append(' '), "36", key + "=").Append(Quoted(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
            }
        }

        if (exception is not null)
        {
            Coloured(text.Append(' '), "36", "error=").Append(Quoted(ErrorText(level, exception)));
        }

        Encoding.UTF8.GetBytes(text.Append('\n').ToString(), buffer);
    }

    private static IEnumerable<KeyValuePair<string, object?>> Fields(IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        foreach (var (key, value) in fields ?? [])
        {
            if (value is not null && key.Length > 0 && key[0] != '{')
            {
                yield return new(char.ToLowerInvariant(key[0]) + key[1..], value);
            }
        }
    }

    private static string ErrorText(LogLevel level, Exception exception) => level >= LogLevel.Information ? exception.Message : exception.ToString();

    private static string Quoted(string text) => text.AsSpan().ContainsAny(" \"=\n") ? $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : text;

    private StringBuilder Coloured(StringBuilder text, string colour, string word) =>
        isColoured ? text.Append("\u001b[").Append(colour).Append('m').Append(word).Append("\u001b[0m") : text.Append(word);

    private string Now() => time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string LongName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    private static string ShortName(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRC",
        LogLevel.Debug => "DBG",
        LogLevel.Information => "INF",
        LogLevel.Warning => "WRN",
        LogLevel.Error => "ERR",
        _ => "FTL",
    };
}
