"""Differences that are meant. Each names the row of docs/parity.md that says why."""
import base64
import re
import urllib.parse

from wire import first


GUESSED = "text/plain; charset=utf-8"  # what all bodies here look like
FRAMING = {"header content-encoding", "header content-length", "header transfer-encoding"}
PATHS = {"addPrefix", "replacePath", "replacePathRegex", "stripPrefix", "stripPrefixRegex"}


def without_row(parity):
    """Names that the text of docs/parity.md does not hold."""
    return [name for name, _ in EXPLANATIONS if name not in parity]


def unexplained(case, request, found):
    """What of the differences no explanation covers."""
    return [difference for difference in found if not any(covers(case, request, difference, found) for _, covers in EXPLANATIONS)]


def explanations_of(case, request, found):
    """The names of the explanations that cover some of the differences."""
    return {name for name, covers in EXPLANATIONS if any(covers(case, request, difference, found) for difference in found)}


def _accept_encoding(case, request, difference, found):
    """Traefik asks the server for gzip where nobody does, and unpacks it."""
    part, ours, theirs = difference
    if part.endswith(" header accept-encoding"):
        return theirs == (ours or []) + ["gzip"]
    asked = any(name.endswith(" header accept-encoding") and (there or [])[-1:] == ["gzip"] for name, _, there in found) or _value(found, "seen")
    if not asked or _any(request, "encoding") != "gzip":
        return False
    if _limits_answers(case) and 500 in _statuses(found):  # what is too large packed may not be it unpacked, and the other way round
        return part in ("status", "reason", "body") or part.startswith("header ")
    unpacked = ("header content-encoding", "header content-length", "header transfer-encoding", "body", "header vary")
    return part in unpacked or (part.startswith("app ") and part.endswith(" header content-encoding") and theirs is None)


def _user_agent(case, request, difference, found):
    part, ours, theirs = difference
    if not part.endswith(" header user-agent"):
        return False
    return (theirs in (None, ["Go-http-client/1.1"]) and (ours or [""])[0] == "") or theirs == (ours or [])[:1]


def _reason(case, request, difference, found):
    return difference[0] == "reason" and _value(found, "status") is None


def _odd_target(case, request, difference, found):
    """Kestrel takes neither an absolute target with a scheme in capitals nor bytes outside ASCII."""
    return _refused_here(found) and (request["target"].startswith("HTTP://") or not request["target"].isascii())


def _null(case, request, difference, found):
    return _refused_here(found) and "%00" in request["target"].partition("?")[0]


def _old_chunks(case, request, difference, found):
    return _refused_here(found) and request["version"] == "1.0" and request["body"] is not None and request["framing"] == "chunked"


def _trailers(case, request, difference, found):
    if difference[0] == "header x-trailer":
        return difference[1] is None and "buffering" in _kinds(case)
    return difference[0] == "trailers" and difference[1] == [] and bool(case["chain"] or case["service"]["kind"] not in ("one", "two"))


def _date(case, request, difference, found):
    return difference[0] == "header date" and difference[2] is None


def _switch(case, request, difference, found):
    return _statuses(found) == (101, 101) and bool(_kinds(case) & {"errors", "retry"}) and difference[0].startswith("header ") and difference[2] is None


def _close(case, request, difference, found):
    return difference == ("header connection", ["close"], None) and request["version"] == "1.0"


def _unread(case, request, difference, found):
    """An answer before the body was read: Traefik ends the connection, Kestrel reads the rest."""
    return difference == ("header connection", None, ["close"]) and (request["body"] is not None or _header(request, "expect"))


def _unreadable(case, request, difference, found):
    """Both refuse what is no HTTP, Traefik always with 400; the words differ."""
    return _statuses(found) in ((400, 400), (417, 400)) and not found.ours["seen"] and not found.theirs["seen"] and (
        found.theirs["answer"]["body"] == b"400 Bad Request" or bool(re.search("%(?![0-9a-fA-F]{2})", request["target"].partition("?")[0])))


def _prefix(case, request, difference, found):
    """Paths of the configuration that are no valid encoding are encoded by themselves, not with the path behind them."""
    part, ours, theirs = difference
    if not part.endswith((" target", " header x-forwarded-uri", " header x-replaced-path", "header location")) or not _kinds(case) & PATHS:
        return False
    in_query = part.startswith("pages ")  # {url} encodes the path once more
    return _decoded(ours) == _decoded(theirs) or (in_query and _decoded(_decoded(ours)) == _decoded(_decoded(theirs)))


def _early(case, request, difference, found):
    """
    In Traefik compress spends its Vary on the first 103 and sticky its cookie, errors repeats its headers in the answer, what holds answers back or gives
    them up drops it, after it the type of an answer that says none is guessed, and clients of HTTP/1.0 get it.
    """
    part, ours, theirs = difference
    if not _any(request, "early"):
        return False
    if part == "interim":
        return (ours == [] and request["version"] == "1.0") or (len(theirs) < len(ours) and (bool(_kinds(case) & {"buffering", "retry"}) or case["service"]["kind"] == "failover")) or (
            [status for status, _ in ours] == [status for status, _ in theirs] and (bool(_kinds(case) & {"compress", "errors"}) or case["service"]["kind"] == "sticky"))
    return ((part == "header vary" and "compress" in _kinds(case)) or (part == "header link" and ours is None and "errors" in _kinds(case))
            or (part == "header set-cookie" and case["service"]["kind"] == "sticky") or (part == "header content-type" and ours is None and theirs == [GUESSED]))


def _framing(case, request, difference, found):
    """A length where the whole body is known early enough, or chunks; both say where the body ends."""
    length, chunks = _value(found, "header content-length"), _value(found, "header transfer-encoding")
    if difference[0] == "header content-length" and None not in difference:
        return "compress" in _kinds(case) and first(found.ours["answer"]["headers"], "content-encoding") in ("gzip", "br", "zstd")  # bodies are compared unpacked
    if request["version"] == "1.0":
        return difference[0] == "header content-length" and None in difference
    return difference[0] in ("header content-length", "header transfer-encoding") and None in (length or ()) and ["chunked"] in (chunks or ()) and None in chunks


def _head(case, request, difference, found):
    return request["method"] == "HEAD" and difference[0] == "header content-length" and difference[2] is None


def _websocket_lines(case, request, difference, found):
    """Traefik looks at the first Connection line only."""
    return difference[0].endswith(" header x-forwarded-proto") and difference[1:] in ((["ws"], ["http"]), (["wss"], ["https"])) and bool(_header(request, "upgrade"))


def _sniffing(case, request, difference, found):
    """Whether an answer has headers when Traefik comes to guess its type is chance for one in pieces."""
    if difference[0] != "header content-type" or "contentType" not in _kinds(case):
        return False
    return difference[1:] == (None, [GUESSED]) or (difference[2] is None and (bool(_kinds(case) & {"buffering", "errors", "retry", "compress"}) or _in_pieces(request)))


def _auth_request(case, request, difference, found):
    """The request to the auth server: nothing of the connection, repeated lines as one, a body with its length."""
    part, ours, theirs = difference
    if part.endswith((" framing", " header transfer-encoding")):
        return part.startswith("auth ")
    if not part.startswith("auth ") or " header " not in part:
        return False
    name = part.rpartition(" ")[2]
    return (name in ("expect", "proxy-connection", "trailer", "content-length") and None in (ours, theirs)) or (ours or []) in ([", ".join(theirs or [])], ["; ".join(theirs or [])])


def _cut(case, request, difference, found):
    """The server ends in the middle of its answer: what came of it reaches the client before the connection ends, or nothing does; one that is held becomes 500."""
    if _any(request, "fault") != "cut":
        return False
    ours, theirs = _statuses(found)
    if difference[0] == "seen" and case["service"]["kind"] in ("mirroring", "failover"):
        return set(_roles(found.ours)) - {"mirror", "fallback"} == set(_roles(found.theirs))
    if theirs == "no answer":
        return ours == 200 and difference[0] != "seen"
    if theirs == 500 and found.theirs["answer"]["body"] in (b"Internal Server Error\n", b""):
        return difference[0] != "seen" or "pages" in str(difference[1])
    return ours == theirs and (difference[0] in ("cut", "body") or difference[0] in FRAMING)


def _connection_close(case, request, difference, found):
    """Go forgets the other names beside `close` in an answer's Connection, and forwardAuth those of a refusal."""
    named = {value.lower() for name, value in _listed(request) if name == "Connection"}
    return (_any(request, "framing") == "close" or "forwardAuth" in _kinds(case)) and difference[1] is None and difference[0].startswith("header ") and difference[0][7:] in named


def _mirror_body(case, request, difference, found):
    """Without mirrorBody Traefik sends the body that the main server has read: it fails, unless it came in chunks and ended in time."""
    if difference[0].startswith("mirror ") and difference[0].endswith((" framing", " header transfer-encoding")):
        return case["service"].get("mirror", {}).get("mirrorBody") is False and request["framing"] == "chunked"
    return difference[0] == "seen" and case["service"].get("mirror", {}).get("mirrorBody") is False and request["body"] is not None and difference[1] == difference[2] + ["mirror"]


def _continue(case, request, difference, found):
    """A 100 is of no use where the body is there already."""
    return difference[0] == "interim" and difference[1] == [] and [100, {}] in difference[2] and bool(_header(request, "expect"))


def _page_upgrade(case, request, difference, found):
    return difference[0].startswith("pages ") and difference[0].endswith((" header upgrade", " header connection")) and difference[1] is None


def _pieces(case, request, difference, found):
    """When Traefik gives up an answer that comes in pieces, an empty head goes out for it: 200 without the headers and trailers of the answer that follows."""
    part, ours, theirs = difference
    if not (case["service"]["kind"] == "failover" or "retry" in _kinds(case)) or len(found.ours["seen"]) < 2 or not _in_pieces(request):
        return False
    if part in ("body", "seen") and "errors" in _kinds(case):  # which take the 200 for the answer
        return _roles(found.theirs) == _roles(found.ours) + ["pages"]
    return found.theirs["answer"]["status"] == 200 and (part in ("status", "reason") or (part.startswith("header ") and theirs is None) or (part == "trailers" and theirs == []))


def _tries(case, request, difference, found):
    """Whether a kept connection broke, or a new one, decides in both whether a request is safe to send again."""
    part, ours, theirs = difference
    return bool(_any(request, "fault")) and part == "seen" and set(ours) == set(theirs)


def _empty_body(case, request, difference, found):
    """An empty body in chunks makes forwardAuth of Traefik fail."""
    return request["body"] in ("", 0) and request["framing"] == "chunked" and "forwardAuth" in _kinds(case) and _value(found, "status") is not None and _theirs(found, "status") == 500


def _page_prefix(case, request, difference, found):
    return difference[0].startswith("pages ") and difference[0].endswith((" header x-forwarded-prefix", " header x-replaced-path"))


def _te(case, request, difference, found):
    part, ours, theirs = difference
    role, _, name = part.partition(" header ")
    expressions = [options.get("authResponseHeadersRegex") for kind, options in _all(case) if kind == "forwardAuth"]
    taken = [name for name in ("Te", "Upgrade", "Connection") if any(expression and re.search(expression, name) for expression in expressions)]
    return theirs is None and not role.startswith("auth ") and name.capitalize() in taken


def _mirror_upgrade(case, request, difference, found):
    return difference[0].startswith("mirror ") and difference[0].endswith((" header upgrade", " header connection")) and difference[1] is None


def _empty_value(case, request, difference, found):
    return difference[0].startswith("header ") and difference[1] is None and difference[2] == [""]


def _early_expected(case, request, difference, found):
    return difference[0] == "interim" and bool(_any(request, "early")) and bool(_header(request, "expect"))


def _removed_type(case, request, difference, found):
    return difference == ("header content-type", None, [GUESSED]) and any(kind == "headers" and options.get("customResponseHeaders", {}).get("Content-Type") == "" for kind, options in _all(case))


def _lines(case, request, difference, found):
    """Of several lines of a header that has one value, which one counts."""
    part = difference[0]
    names = [name.lower() for name, _ in request["headers"]]
    if part in FRAMING or part in ("header vary", "header accept-ranges"):
        if names.count("accept-encoding") > 1 and "compress" in _kinds(case):
            return True
    if names.count("upgrade") > 1 and (_statuses(found) == (101, 500) or part.endswith((" header upgrade", " header connection"))):
        return True
    if part == "header connection":
        return request["version"] == "1.0" and names.count("connection") > 1
    return part == "header location" and [name for name, _ in _listed(request)].count("Location") > 1


def _too_large(case, request, difference, found):
    """The headers of an answer that is too large; a HEAD that an auth server refuses has a body there."""
    if not _limits_answers(case) or _statuses(found) != (500, 500) or not difference[0].startswith("header "):
        return False
    if request["method"] == "HEAD" and "forwardAuth" in _kinds(case) and _roles(found.ours) == ["auth"]:
        return first(found.theirs["answer"]["headers"], "content-length") == "21"
    return difference[1] is None and found.ours["answer"]["body"] in (b"Internal Server Error", b"")


def _forwarded_for(case, request, difference, found):
    return difference[0].endswith(" header x-forwarded-for") and str(case["chain"]).count("X-Forwarded-For") > 1


def _hidden_names(case, request, difference, found):
    """Kestrel hides the names that stand in Connection beside close, keep-alive or upgrade."""
    names = [name.strip() for key, value in request["headers"] if key == "Connection" for name in value.lower().split(",")]
    return " header " in difference[0] and difference[2] is None and bool({"close", "keep-alive", "upgrade"} & set(names)) and difference[0].rpartition(" ")[2] in names


def _scheme(case, request, difference, found):
    """The scheme in capitals is never the one in force, so Traefik redirects where we need not."""
    if not any(kind == "redirectScheme" and options["scheme"].isupper() for kind, options in _all(case)):
        return False
    return difference[0] == "header location" or (found.theirs["answer"]["status"] in (301, 302, 307, 308) and not found.theirs["seen"])


def _trailer(case, request, difference, found):
    return difference[0] == "header trailer" and difference[1] is None


def _underscores(case, request, difference, found):
    return " header " in difference[0] and "_" in difference[0] and difference[1] is None and bool(_kinds(case) & {"forwardAuth", "basicAuth", "digestAuth"})


def _grpc_web(case, request, difference, found):
    """The order of a list, Vary beside the server's, padding between pieces of base64, a body's framing, and no trailers behind an announced length."""
    part, ours, theirs = difference
    if "grpcWeb" not in _kinds(case):
        return False
    if part == "header access-control-expose-headers":
        return sorted((ours or [""])[0].lower().split(", ")) == sorted((theirs or [""])[0].lower().split(", "))
    if part == "header vary":
        return [value for value in ours or [] if value != "Origin"] == theirs
    if "grpc-web-text" in (_header(request, "content-type") or "") and found.theirs["answer"]["status"] == 500:
        return part in ("status", "reason", "body") or part.startswith("header ")
    if part == "body":
        return isinstance(theirs, str) and theirs.startswith(ours) or _base64(ours) == _base64(theirs)
    return part.startswith("app ") and part.endswith((" framing", " header content-length", " header transfer-encoding"))


def _base64(text):
    """The bytes of base64 in padded pieces; the text itself where it is none."""
    try:
        return b"".join(base64.b64decode(piece + "=" * (-len(piece) % 4), validate=True) for piece in text.split("="))
    except ValueError:
        return text


def _semicolons(case, request, difference, found):
    return difference[0] == "header location" and [value.replace("&", ";") for value in difference[1] or []] == [value.replace("&", ";") for value in difference[2] or []]


def _fragment(case, request, difference, found):
    return difference[0] == "header location" and _decoded(difference[1]) == _decoded(difference[2])


def _no_slash(case, request, difference, found):
    """buffering of Traefik reads the target once more, as a URL."""
    part, ours, theirs = difference
    return part.endswith(" target") and "buffering" in _kinds(case) and not theirs.startswith("/") and ours == theirs + "?" + request["target"].partition("?")[2]


def _empty_replaced(case, request, difference, found):
    if not difference[0].endswith(" header x-replaced-path") or "" not in (difference[2] or []):
        return False
    return [_decoded(value) for value in difference[1] or []] == [_decoded(value) for value in difference[2] if value]


def _realm(case, request, difference, found):
    return difference[0] == "header www-authenticate" and [value.replace('\\"', '"') for value in difference[1] or []] == difference[2]


def _any(request, key):
    """What the first of the servers that has it is asked for."""
    return next(filter(None, ((request.get(server) or {}).get(key) for server in ("answer", "auth", "page"))), None)


def _listed(request):
    return [header for server in ("answer", "auth", "page") for header in (request.get(server) or {}).get("headers", [])]


def _header(request, name):
    return next((value for key, value in request["headers"] if key.lower() == name), None)


def counts(case):
    """Whether answers depend on the ones before."""
    return bool(_kinds(case) & {"rateLimit", "circuitBreaker", "inFlightReq"})


def parts_ways(case, request, found):
    """Whether what follows cannot be compared: it counts this answer, which is not the same, or the same by chance only."""
    return counts(case) and (
        any(part in ("status", "seen") for part, _, _ in found) or _any(request, "fault") == "cut"
        or any(is_refused(case, request, None, found) for is_refused in (_odd_target, _null, _old_chunks)))  # Traefik has counted it first


def _statuses(found):
    """Our status and Traefik's."""
    return found.ours["answer"]["status"], found.theirs["answer"]["status"]


def _roles(exchange):
    """Who was asked."""
    return [one["role"] for one in exchange["seen"]]


def _refused_here(found):
    """Whether we refuse a request before anybody sees it."""
    return found.ours["answer"]["status"] == 400 and not found.ours["seen"]


def _in_pieces(request):
    """Whether a server's answer has no length that Traefik knows, which unpacks what it has asked for itself."""
    return any((request.get(server) or {}).get(key) in values for server in ("answer", "page")
               for key, values in (("framing", ("chunked", "close")), ("events", (True,)), ("encoding", ("gzip",)), ("type", ("text/event-stream",))))


def _limits_answers(case):
    return any(kind == "buffering" and options.get("maxResponseBodyBytes") for kind, options in _all(case))


def _value(found, part):
    """Both values of a part that differs; None where it does not."""
    return next(((ours, theirs) for name, ours, theirs in found if name == part), None)


def _theirs(found, part):
    values = _value(found, part)
    return values and values[1]


def _decoded(value):
    return urllib.parse.unquote((value[0] if isinstance(value, list) else value) or "", encoding="latin-1")


def _all(case):
    """All middlewares of a case, those in chains and of the service too."""
    for kind, options in case["chain"] + case["service"].get("middlewares", []):
        yield kind, options
        yield from options.get("middlewares", [])


def _kinds(case):
    return {kind for kind, _ in _all(case)}


EXPLANATIONS = [
    ("requests without `Accept-Encoding`", _accept_encoding),
    ("requests without `User-Agent`", _user_agent),
    ("reason phrases", _reason),
    ("request targets outside of ASCII, and `HTTP://` in capitals", _odd_target),
    ("trailers of answers", _trailers),
    ("`Date` in a switch of protocols", _date),
    ("a switch of protocols behind `errors` or `retry`", _switch),
    ("`Connection: close` to HTTP/1.0 clients", _close),
    ("a body that nobody read", _unread),
    ("requests that cannot be read", _unreadable),
    ("paths of the configuration", _prefix),
    ("103 before an answer", _early),
    ("length or chunks of an answer", _framing),
    ("length or chunks of an answer", _head),
    ("`X-Forwarded-Proto` of WebSockets", _websocket_lines),
    ("`contentType` inside `buffering`", _sniffing),
    ("`forwardAuth`: the request to the auth server", _auth_request),
    ("an answer that is cut short", _cut),
    ("names beside `close` in an answer's `Connection`", _connection_close),
    ("`mirrorBody: false`", _mirror_body),
    ("a realm with quotes", _realm),
    ("100 Continue", _continue),
    ("`%00` in a path", _null),
    ("chunks in a request of HTTP/1.0", _old_chunks),
    ("`errors`", _page_upgrade),
    ("a second try's answer in pieces", _pieces),
    ("when a request is sent again", _tries),
    ("`forwardAuth`: an empty body in chunks", _empty_body),
    ("`errors`", _page_prefix),
    ("`forwardAuth`: `authResponseHeadersRegex` that matches `Te`", _te),
    ("mirrored upgrades", _mirror_upgrade),
    ("empty header values", _empty_value),
    ("100 Continue", _early_expected),
    ("`customResponseHeaders` that remove `Content-Type`", _removed_type),
    ("several lines of one header", _lines),
    ("`Connection: close, X-Name` in a request", _hidden_names),
    ("an answer over `maxResponseBodyBytes`", _too_large),
    ("`X-Forwarded-For` removed by one `headers` and set by another", _forwarded_for),
    ("`redirectScheme`: `scheme` in capitals", _scheme),
    ("`Trailer` in answers without trailers", _trailer),
    ("client headers with `_` for `-`", _underscores),
    ("`grpcWeb`", _grpc_web),
    ("semicolons of a query in redirections", _semicolons),
    ("characters in `Location` that URLs do not have", _fragment),
    ("`X-Replaced-Path` of an empty path", _empty_replaced),
    ("a path of the configuration without its slash", _no_slash),
]
