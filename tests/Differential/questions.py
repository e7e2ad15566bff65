"""Random requests, and their bytes.

    {"method", "target", "version", "host", "headers": [[name, value], ...], "body": None, a text or a number of bytes,
     "framing": "length" or "chunked", "answer", "auth", "page": what the servers shall do, "digest": a user's name}
"""
import base64
import hashlib
import json

from backend import text_of
from wire import chunk, first

SEGMENTS = ["api", "v1", "a", "b", "x", "a%20b", "a%2Fb", "x;y", "..", ".", "", "%C3%A9", "%7Euser", "a+b", "%41", "@", "a:b", "%5C", "a%3Bb", "%25", "%3fx", "%23",
            "*", "(a)", "$1", "index.html", "%2e%2e", "a,b", "a=b", "%2f", "!", "'", "A", "API", "v2", "%00", "a|b", "a\"b", "a^b", "{a}", "a\\b", "é", "%", "%4", "%zz", "a#b"]
PLAIN = 20  # of the segments, chosen more often than the odd ones behind them
QUERIES = ["", "a=1", "a=1&b=2", "a=1;b=2", "q=a%20b+c", "=x", "&&", "a", "url=http://x/?y", "a=%zz", "a=é", "a=1?b", "a=%3B", "a=b#c", "a=\"x\"", "a[]=1", "a=%2F..%2f"]
METHODS = ["GET"] * 10 + ["POST"] * 4 + ["PUT", "HEAD", "HEAD", "OPTIONS", "OPTIONS", "DELETE", "PATCH", "PROPFIND", "LOCK", "get", "TRACE"]
HEADERS = [
    ["Accept", "text/html, */*"], ["Accept-Encoding", "gzip"], ["Accept-Encoding", "br;q=0.5, gzip;q=0.4"], ["Accept-Encoding", "*"], ["Accept-Encoding", ""],
    ["Accept-Encoding", "zstd, br, gzip"], ["Accept-Encoding", "gzip;q=0"], ["Accept-Encoding", "identity"], ["Accept-Encoding", "identity;q=0, *;q=0.1"],
    ["Accept-Encoding", "deflate"], ["Accept-Encoding", "GZIP"], ["User-Agent", "fuzz/1.0"], ["User-Agent", ""], ["Cookie", "a=1; session=old"], ["Cookie", "b=2"],
    ["X-One", "client"], ["X-One", "second"], ["x-lower", "v"], ["X-Two", ""], ["X_Under", "score"], ["X_One", "spoof"], ["X-User", "mallory"], ["X-Dot.Name", "v"],
    ["Origin", "https://a.test"], ["Origin", "https://b.test:8443"], ["Origin", "null"], ["Origin", ""], ["Access-Control-Request-Method", "PUT"],
    ["Access-Control-Request-Headers", "X-One, Content-Type"], ["Connection", "keep-alive"], ["Connection", "close"], ["Connection", "X-One"],
    ["Connection", "x-one, X-User"], ["Connection", "X-Forwarded-For"], ["Connection", "Upgrade"], ["Keep-Alive", "timeout=5"], ["Proxy-Connection", "keep-alive"],
    ["Te", "trailers"], ["Te", "gzip, trailers"], ["Upgrade", "h2c"], ["Trailer", "X-End"], ["Proxy-Authorization", "Basic eDp5"], ["X-Forwarded-For", "10.1.2.3"],
    ["X-Forwarded-For", "192.168.1.9, 10.0.0.1"], ["X-Forwarded-For", "2001:db8::1"], ["X-Forwarded-For", "junk"], ["X-Forwarded-For", ""], ["X-Forwarded-Proto", "https"],
    ["X-Forwarded-Proto", "wss"], ["X-Forwarded-Proto", "gopher"], ["X-Forwarded-Host", "other.test"], ["X-Forwarded-Port", "8443"], ["X-Forwarded-Prefix", "/spoof"],
    ["X-Forwarded-Uri", "/spoof"], ["X-Forwarded-Method", "PUT"], ["X-Forwarded-Server", "spoof"], ["X-Real-Ip", "10.9.9.9"], ["X_Forwarded_For", "10.1.2.3"],
    ["X-Replaced-Path", "/spoof"], ["X-Forwarded-Tls-Client-Cert", "spoof"], ["Forwarded", "for=10.1.2.3;proto=https"], ["Via", "1.1 other"], ["Range", "bytes=0-9"],
    ["If-None-Match", "\"x\""], ["Referer", "http://a.test/"], ["Content-Type", "text/plain"], ["Content-Type", "application/json"], ["Content-Type", "application/grpc-web"],
    ["Content-Type", "application/grpc-web-text+proto"], ["Content-Type", "application/grpc"], ["Expect", "100-continue"], ["Expect", "other"], ["Date", "Mon, 01 Jan 2024 00:00:00 GMT"],
    ["Content-Encoding", "gzip"], ["Authorization", "Bearer token"], ["Authorization", "Basic !!!"], ["X-Long", "v" * 3000], ["X-Latin", "caf\u00e9"], ["X-Tab", "a\tb"],
    ["X-Traefik-Router", "x"], ["X-Forwarded-Ssl", "on"], ["Early-Data", "1"], ["Max-Forwards", "3"], ["Cache-Control", "no-cache"], ["Priority", "u=1"],
]
USERS = [("alice", "secret"), ("bob", "p"), ("carol", "secret"), ("bob", "wrong"), ("nobody", "p"), ("alice", "")]
ANSWER_HEADERS = [
    ["ETag", "\"x\""], ["Cache-Control", "max-age=60"], ["Set-Cookie", "session=new; Path=/"], ["Set-Cookie", "b=2"], ["Vary", "Origin"], ["Vary", "Accept-Encoding"],
    ["Vary", "Cookie"], ["Location", "/else where"], ["Location", "http://else.test/x"], ["Location", "relative"], ["Access-Control-Allow-Origin", "*"], ["Server", "server/1"],
    ["X-Frame-Options", "ALLOWALL"], ["Strict-Transport-Security", "max-age=1"], ["Accept-Ranges", "bytes"], ["Connection", "X-One"], ["Connection", "keep-alive"],
    ["Keep-Alive", "timeout=9"], ["X-One", "server"], ["X-One", "server2"], ["x-lower", "server"], ["Link", "</a>; rel=next"], ["Date", "Mon, 01 Jan 2024 00:00:00 GMT"],
    ["WWW-Authenticate", "Basic realm=\"s\""], ["Proxy-Authenticate", "Basic"], ["Content-Language", "en"], ["X-User", "server"], ["X-Empty", ""], ["Via", "1.1 back"],
    ["Content-Encoding", "identity"], ["Upgrade", "h2c"], ["X-Powered-By", "x"], ["X-Latin", "caf\u00e9"], ["Content-Type", "text/html"], ["Trailer", "X-Trailer"], ["Retry-After", "5"],
]
TYPES = ["text/plain", "text/html; charset=utf-8", "application/json", "image/png", "text/event-stream", None, "application/grpc", "bad type;;", ""]
STATUSES = [200] * 6 + [201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 404, 418, 429, 500, 500, 502, 503, 503, 504, 599, 299]


def random_requests(random):
    return [random_request(random) for _ in range(random.choice([1, 2, 3, 4, 5, 6]))]


def random_request(random):
    request = {"method": random.choice(METHODS), "target": random_target(random), "version": random.choices(["1.1", "1.0"], [12, 1])[0],
               "host": random.choices(["{host}", "{HOST}", "{host}:8080", "{host}:80", "{host}:443", "{host}."], [20, 1, 2, 1, 1, 1])[0],
               "headers": [list(header) for header in random.sample(HEADERS, random.choice([0, 1, 2, 3, 4, 5, 8]))],
               "body": None, "framing": "length"}
    if request["method"] in ("POST", "PUT", "PATCH", "LOCK", "PROPFIND") or random.random() < 0.05:
        request["body"] = random.choice(["", "hello", "a=1&b=2", 9, 11, 100, 101, 1500, 5000, 40000])
        request["framing"] = random.choice(["length", "length", "chunked"])
    if random.random() < 0.25:
        request["headers"].append(["Authorization", "Basic " + base64.b64encode(":".join(random.choice(USERS)).encode()).decode()])
    if random.random() < 0.1:
        request["digest"] = random.choice(["dora", "emil", "nobody"])
    if random.random() < 0.1 and request["method"] != "OPTIONS":
        request["method"] = "OPTIONS"
        request["headers"] += [["Origin", "https://a.test"], ["Access-Control-Request-Method", "PUT"]]
    if random.random() < 0.03:
        request.update(method="GET", body=None, version="1.1")
        request["headers"] += [["Upgrade", "websocket"], ["Connection", "Upgrade"], ["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="], ["Sec-WebSocket-Version", "13"]]
    request["answer"] = random_answer(random)
    request["auth"] = random_answer(random, quiet=0.6)
    request["page"] = random_answer(random, quiet=0.7)
    return request


def random_target(random):
    def segment():
        return SEGMENTS[random.randrange(PLAIN)] if random.random() < 0.85 else random.choice(SEGMENTS)

    path = "/" + "/".join(segment() for _ in range(random.choice([0, 1, 2, 2, 3, 4])))
    if random.random() < 0.2:
        path += "/"
    target = path + ("?" + random.choice(QUERIES) if random.random() < 0.4 else "")
    if random.random() < 0.03:
        target = random.choice(["http://{host}", "http://{host}:81", "HTTP://{host}"]) + target
    return target


def random_answer(random, quiet=0.15):
    if random.random() < quiet:
        return {}
    answer = {}

    def may(chance, name, value):
        if random.random() < chance:
            answer[name] = value()

    may(0.5, "status", lambda: random.choice(STATUSES))
    may(0.4, "type", lambda: random.choice(TYPES))
    may(0.4, "size", lambda: random.choice([0, 1, 9, 30, 1023, 1024, 3000, 5001, 70000]))
    may(0.35, "framing", lambda: random.choice(["chunked", "chunked", "close"]))
    may(0.4, "headers", lambda: [list(header) for header in random.sample(ANSWER_HEADERS, random.randint(1, 4))])
    may(0.08, "encoding", lambda: "gzip")
    may(0.04, "early", lambda: True)
    may(0.04, "events", lambda: True)
    may(0.08, "failFirst", lambda: random.choice([1, 2]))
    may(0.04, "trailer", lambda: True)
    may(0.04, "fault", lambda: random.choice(["close", "reset", "cut", "garbage", "short"]))
    if answer.get("events"):
        answer["type"] = "text/event-stream"
        answer.pop("encoding", None)
    return answer


# ---------------------------------------------------------------- bytes


def body_of(request):
    body = request["body"]
    return body if body is None else text_of(body) if isinstance(body, int) else body.encode()


def to_bytes(request, number, authorization=None):
    """The request as it goes over the wire to case `number`."""
    host = "c%s.test" % number

    def named(text):
        return text.replace("{host}", host).replace("{HOST}", host.upper())

    lines = ["%s %s HTTP/%s" % (request["method"], named(request["target"]), request["version"]), "Host: " + named(request["host"])]
    lines += ["%s: %s" % (name, value) for name, value in request["headers"]]
    if authorization:
        lines.append("Authorization: " + authorization)
    for name, key in (("X-Answer", "answer"), ("X-Auth-Answer", "auth"), ("X-Page-Answer", "page")):
        if request.get(key):
            lines.append("%s: %s" % (name, json.dumps(request[key])))
    body = body_of(request)
    if body is not None and request["framing"] == "chunked":
        lines.append("Transfer-Encoding: chunked")
        body = b"".join(chunk(piece) for piece in (body[:7], body[7:]) if piece) + b"0\r\n\r\n"
    elif body is not None:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + (body or b"")


def digest_answer(request, challenge, user):
    """What a client answers to a digest challenge; None where there is none."""
    fields = dict(part.strip().split("=", 1) for part in challenge[len("Digest "):].split(",") if "=" in part)
    values = {name: value.strip('"') for name, value in fields.items()}
    if not challenge.startswith("Digest ") or "nonce" not in values:
        return None

    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    ha1 = md5("%s:%s:secret" % (user, values.get("realm", "")))
    response = md5(":".join([ha1, values["nonce"], "00000001", "abcdef", "auth", md5("%s:%s" % (request["method"], request["target"]))]))
    return ('Digest username="%s", realm="%s", nonce="%s", uri="%s", qop=auth, nc=00000001, cnonce="abcdef", response="%s", opaque="%s"'
            % (user, values.get("realm", ""), values["nonce"], request["target"], response, values.get("opaque", "")))


def digest_challenge(answer):
    return first(answer["headers"], "www-authenticate", "") if answer["status"] == 401 else ""
