using System.Globalization;
using System.Text;

namespace Ingress.Providers.Tests.DockerEngine.SocketFilter;

/// <summary>Requests as someone writes them who wants to get past a filter: allowed and forbidden ones, respelled, with smuggled parts.</summary>
internal static class RequestMutation
{
    private static readonly string[] Methods =
        ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "GeT", "GETS", "LINK", "PRI", ""];

    private static readonly string[] Allowed =
    [
        "/_ping", "/version", "/info", "/events", "/containers/json", "/containers/app/json", "/networks", "/networks/net", "/services", "/services/web", "/tasks",
        "/tasks/1", "/nodes", "/nodes/self",
    ];

    private static readonly string[] Forbidden =
    [
        "/containers/create", "/containers/app/start", "/containers/app/exec", "/containers/app/attach",
        "/containers/app/archive", "/containers/app/export", "/containers/app/logs", "/images/json", "/images/create", "/build", "/exec/1/start", "/secrets",
        "/configs/1", "/swarm", "/swarm/unlockkey", "/volumes", "/plugins", "/session", "/grpc", "/auth", "/system/df", "/commit", "/libpod/info", "/",
    ];

    private static readonly string[] Prefixes = ["/v1.41", "/v1.24", "/v99.999", "/v1", "/v1.41/v1.41", "/V1.41", "/v1.41/..", "/v01.41", "/v1.4 1", "/v-1.41", "/v1.41;x"];

    private static readonly string[] Queries =
    [
        "?", "?all=1", "?all=1&size=true", "?limit=-1&trunc_cmd=0", "?filters=%7B%22label%22%3A%5B%22a%22%5D%7D", "?filters={\"type\":{\"container\":true}}",
        "?filters=%7B%22a%22%3A%7B%22b%22%3A%7B%22c%22%3A1%7D%7D%7D", "?all=1&all=0", "?_method=POST", "?all=1%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0aPOST%20/containers/create",
        "?all=1#x", "?filters=%00", "?all=%zz", "?since=1&until=2", "?x[]=1", "??all=1", "?all=1?all=2", "?path=../../images", "?t=x&fromImage=y", "?force=true&v=true", "?\u00e9=1",
    ];

    private static readonly string[] Insertions =
        ["%2F", "%2f", "%5C", "/", "//", "/.", "/..", "/./", "/../", "..;/", ";", "%00", "%0a", "%0d%0a", " ", "\t", "\r", "\n", "\\", "%25", "%2e%2e/", "?", "#", "%23", "*", "@", ":", "\u00e9", "%c0%af", "%E2%80%AE", "+", "~", "\0"];

    private static readonly string[] Headers =
    [
        "X-HTTP-Method-Override: POST", "X-Method-Override: DELETE", "X-HTTP-Method: PUT", "Upgrade: tcp\r\nConnection: Upgrade", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "X-Original-URL: /images/json", "X-Rewrite-URL: /containers/create",
        "X-Registry-Auth: eyJ4IjoxfQ==", "Authorization: Bearer x", "Expect: 100-continue", "Connection: close, Content-Length", "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding : chunked",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Content-Length: 5", "Content-Length: 0", "Content-Length: +5", "Content-Length: 5, 5", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1", "Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 0\r\nTransfer-Encoding: chunked", "Content-Type: application/json", "Trailer: Host", "Host: evil", " folded: x", "X: a\nY: b", "X:\0",
    ];

    private static readonly string[] Bodies =
    [
        "hello", "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "{\"Image\":\"x\"}", "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}",
        "0\r\n\r\nDELETE /containers/app HTTP/1.1\r\nHost: d\r\n\r\n", "GET /images/json HTTP/1.1\r\nHost: d\r\n\r\n", "ffffffffffffffff\r\n", "5;x=\r\nhello\r\n0\r\nHost: x\r\n\r\n",
    ];

    /// <summary>One request as bytes, the same for the same seed.</summary>
    public static byte[] Of(int seed)
    {
#pragma warning disable CA5394 // Repeatable requests are the point, not secrecy.
        var random = new Random(seed);
        T Any<T>(T[] choices) => choices[random.Next(choices.Length)];
        bool In(int chances) => random.Next(chances) == 0;

        var target = new StringBuilder((In(3) ? Any(Prefixes) : "") + Any(In(3) ? Forbidden : Allowed));
        for (var change = Math.Max(0, random.Next(6) - 2); change > 0; change--)
        {
            var at = random.Next(target.Length + 1);
            switch (random.Next(5))
            {
                case 0:
                    target.Insert(at, Any(Insertions));
                    break;
                case 1 when at < target.Length:
                    var letter = target[at];
                    target.Remove(at, 1).Insert(at, $"%{((int)letter).ToString(In(2) ? "x2" : "X2", CultureInfo.InvariantCulture)}");
                    break;
                case 2 when at < target.Length:
                    target[at] = char.IsUpper(target[at]) ? char.ToLowerInvariant(target[at]) : char.ToUpperInvariant(target[at]);
                    break;
                case 3 when at < target.Length:
                    target.Remove(at, 1);
                    break;
                default:
                    target.Insert(at, (char)random.Next(1, 256));
                    break;
            }
        }

        target.Append(In(2) ? Any(Queries) : "");
        var origin = In(12) ? Any(["http://docker", "http://d/..", "//docker", "unix:", "http://docker:80@x", "https://docker"]) : "";
        var version = In(15) ? Any(["HTTP/1.0", "HTTP/2.0", "HTTP/1.1 ", "HTTP/0.9", "http/1.1", ""]) : "HTTP/1.1";
        var space = In(20) ? Any(["  ", "\t", "", "\0"]) : " ";
        var head = new StringBuilder($"{(In(3) ? Any(Methods) : "GET")}{space}{origin}{target}{space}{version}\r\nHost: docker\r\n");
        for (var more = Math.Max(0, random.Next(4) - 1); more > 0; more--)
        {
            head.Append(Any(Headers)).Append(In(25) ? "\n" : "\r\n");
        }

        head.Append(In(30) ? "\n" : "\r\n");
        if (In(3))
        {
            head.Append(Any(Bodies));
        }
#pragma warning restore CA5394

        return Encoding.Latin1.GetBytes(head.ToString());
    }
}
