using System.Buffers;
using System.Text;
using System.Text.Json;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Observability.AccessLog;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Tests.Observability.AccessLog;

public sealed class AccessLogFormatTests
{
    private static readonly AccessLogFieldsOptions HeadersKept = new() { Headers = new() { Names = new Dictionary<string, string> { ["user-agent"] = "keep", ["Cookie"] = "redact" } } };

    [Fact]
    public void CommonLinesAreTraefiks() => Assert.Equal(
        "10.0.0.9 - ann [02/Jan/2026:03:04:05 +0000] \"GET /p?q=1 HTTP/1.1\" 200 5 \"-\" \"-\" 7 \"r@file\" \"http://127.0.0.1:81\" 12ms\n",
        Line(fields => new CommonFormat(fields, isGeneric: false), new AccessLogFieldsOptions()));

    [Fact]
    public void GenericLinesEndWithTheUserAgent() => Assert.Equal(
        "10.0.0.9 - ann [02/Jan/2026:03:04:05 +0000] \"GET /p?q=1 HTTP/1.1\" 200 5 \"-\" \"a \\\"b\\\"\"\n",
        Line(fields => new CommonFormat(fields, isGeneric: true), HeadersKept));

    [Fact]
    public void DroppedFieldsAreDashes() => Assert.Equal(
        "- - - [-] \"- - -\" - - \"-\" \"-\" - \"-\" \"-\" 0ms\n",
        Line(fields => new CommonFormat(fields, isGeneric: false), new AccessLogFieldsOptions { DefaultMode = "drop" }));

    [Fact]
    public void JsonLinesHoldTheirKeysInOrder()
    {
        using var json = JsonDocument.Parse(Line(fields => new JsonFormat(fields), HeadersKept));
        var keys = json.RootElement.EnumerateObject().Select(member => member.Name).ToList();

        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Equal(12_345_678, json.RootElement.GetProperty("Duration").GetInt64());
        Assert.Equal(2_345_678, json.RootElement.GetProperty("Overhead").GetInt64());
        Assert.Equal("127.0.0.1:81", json.RootElement.GetProperty("ServiceAddr").GetString());
        Assert.Equal("8080", json.RootElement.GetProperty("RequestPort").GetString());
        Assert.Equal("a.test", json.RootElement.GetProperty("RequestHost").GetString());
        Assert.Equal("REDACTED", json.RootElement.GetProperty("request_Cookie").GetString());
        Assert.Equal("a \"b\"", json.RootElement.GetProperty("request_User-Agent").GetString());
        Assert.Equal("info", json.RootElement.GetProperty("level").GetString());
        Assert.False(json.RootElement.TryGetProperty("GzipRatio", out _));
    }

    [Fact]
    public void JsonLinesLeaveDroppedFieldsOut()
    {
        using var json = JsonDocument.Parse(Line(fields => new JsonFormat(fields), new AccessLogFieldsOptions { Names = new Dictionary<string, string> { ["requestcount"] = "drop" } }));

        Assert.False(json.RootElement.TryGetProperty("RequestCount", out _));
        Assert.False(json.RootElement.TryGetProperty("request_User-Agent", out _));
    }

    private static string Line(Func<AccessLogFields, IAccessLogFormat> format, AccessLogFieldsOptions options)
    {
        var context = new DefaultHttpContext();
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Headers.UserAgent = "a \"b\"";
        context.Request.Headers.Cookie = "secret";
        var state = new RequestState();
        state.Reset(context);
        state.PeerHost = "10.0.0.9";
        state.ClientUsername = "ann";
        state.RouterName = "r@file";
        state.ServiceName = "s@file";
        state.ServerUrl = "http://127.0.0.1:81";
        var entry = new AccessLogEntry
        {
            ClientHost = "10.0.0.9",
            Path = "/p?q=1",
            Host = "a.test:8080",
            Method = "GET",
            Start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Duration = 12_345_678,
            OriginDuration = 10_000_000,
            Count = 7,
            Status = 200,
            Bytes = 5,
            OriginStatus = 200,
            OriginBytes = 5,
        };
        var line = new ArrayBufferWriter<byte>();
        format(new AccessLogFields(options)).Write(line, entry, state);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }
}
