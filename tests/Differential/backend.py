"""The servers behind both proxies: they note what they get, and answer as the request asks them to.

One process holds all of them, each on a port of its own, by role: `app` (several ports, so that a service can have
several servers), `mirror`, `fallback`, `pages` for error pages, `auth` for forwardAuth, `tls`, and `dead`, where nothing
listens. The header `X-Answer` (for `auth`: `X-Auth-Answer`, for `pages`: `X-Page-Answer`) holds a JSON object:

    status, reason   the status line                    headers    list of [name, value]
    type             Content-Type; null for none        size       length of the body, instead of a short text
    framing          length (default), chunked, close   encoding   gzip: the body is compressed by the server
    early            103 goes first                     events     a stream of three events
    failFirst        the first N requests get a 500     fault      close, reset, cut, garbage, short
    trailer          a trailer follows a chunked body
"""
import base64
import gzip
import hashlib
import json
import os
import socket
import ssl
import struct
import threading
import time

from wire import chunk, first, read_framed, read_head

ROLES = {"app": "app", "app2": "app", "app3": "app", "mirror": "mirror", "fallback": "fallback",
         "pages": "pages", "auth": "auth", "tls": "app"}
STEERING = {"auth": "x-auth-answer", "pages": "x-page-answer"}
CERTIFICATES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "conformance", "certs")
EVENT_PAUSE = 0.02
WEBSOCKET_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT = "The quick brown fox jumps over the lazy dog. "


def text_of(size):
    """A body of that many bytes, the same each time."""
    return (TEXT * (size // len(TEXT) + 1))[:size].encode()


class Backends:
    """All servers; `seen` is what they got since the last `clear`."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seen, self.failures = [], {}
        self.ports = {}
        for name, role in ROLES.items():
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            listener.listen(256)
            self.ports[name] = listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(listener, name, role), daemon=True).start()
        unused = socket.socket()
        unused.bind(("127.0.0.1", 0))
        self.ports["dead"] = unused.getsockname()[1]
        self._unused = unused  # bound and not listening: refuses, and nobody else gets the port

    def clear(self):
        with self.lock:
            self.seen, self.failures = [], {}

    def taken(self, settle):
        """What came since the last `clear`; with `settle`, once nothing more comes for that many seconds."""
        count = -1
        while settle and count != len(self.seen):
            count = len(self.seen)
            time.sleep(settle)
        with self.lock:
            return list(self.seen)

    def _accept(self, listener, name, role):
        tls = None
        if name == "tls":
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(os.path.join(CERTIFICATES, "backend.crt"), os.path.join(CERTIFICATES, "backend.key"))
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection, role, tls), daemon=True).start()

    def _serve(self, connection, role, tls):
        try:
            connection.settimeout(60)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            while self._exchange(connection, stream, role):
                pass
        except (OSError, ValueError):
            pass  # the proxy went away in the middle, which is its right
        finally:
            connection.close()

    def _exchange(self, connection, stream, role):
        head = read_head(stream)
        if head is None:
            return False
        line, headers = head
        method, target, version = line.split(" ", 2)
        trailers = []
        body = read_framed(stream, headers, trailers) or b""
        names = {name.lower() for name, _ in headers}
        framing = "chunked" if "transfer-encoding" in names else "length" if "content-length" in names else "none"
        answer = json.loads(first(headers, STEERING.get(role, "x-answer"), "{}"))
        with self.lock:
            self.seen.append({
                "role": role, "method": method, "target": target, "version": version, "headers": headers,
                "framing": framing, "trailers": trailers,
                "body": body.decode("latin-1") if len(body) <= 256 else "%d bytes, %s" % (len(body), hashlib.sha256(body).hexdigest()[:12])})
            count = self.failures[role] = self.failures.get(role, 0) + 1
        if first(headers, "sec-websocket-key") and "fault" not in answer and role == "app":
            return self._websocket(connection, stream, headers)
        if answer.get("fault"):
            return self._misbehave(connection, answer["fault"])
        status = 500 if count <= answer.get("failFirst", 0) else answer.get("status", 200)
        return self._answer(connection, role, method, version, status, answer)

    @staticmethod
    def _misbehave(connection, fault):
        if fault == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault == "cut":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: text/plain\r\n\r\nhalf")
        elif fault == "garbage":
            connection.sendall(b"\x00\x01garbage\r\n\r\n")
        elif fault == "short":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/pl")
        return False

    @staticmethod
    def _answer(connection, role, method, version, status, answer):
        if answer.get("early"):
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
        body = text_of(answer["size"]) if "size" in answer else ("%s says %d" % (role, status)).encode()
        lines = ["HTTP/1.1 %d %s" % (status, answer.get("reason", "Reason"))]
        if answer.get("type", "text/plain") is not None:
            lines.append("Content-Type: " + answer.get("type", "text/plain"))
        if answer.get("encoding") == "gzip":
            body = gzip.compress(body, mtime=0)
            lines.append("Content-Encoding: gzip")
        lines += ["%s: %s" % (name, value) for name, value in answer.get("headers", [])]
        framing = "chunked" if answer.get("events") else answer.get("framing", "length")
        pieces = [body[:7], body[7:]]
        if answer.get("events"):
            pieces = [b"data: event %d\n\n" % number for number in range(3)]
        has_body = method != "HEAD" and status not in (204, 304)
        if framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
            if answer.get("trailer"):
                lines.append("Trailer: X-Trailer")
        elif framing == "length" and status != 204:
            lines.append("Content-Length: %d" % len(body))
        elif framing == "close":
            lines.append("Connection: close")
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if has_body and framing == "chunked":
            for piece in filter(None, pieces):
                connection.sendall(chunk(piece))
                time.sleep(EVENT_PAUSE if answer.get("events") else 0)
            connection.sendall(b"0\r\n" + (b"X-Trailer: end\r\n" if answer.get("trailer") else b"") + b"\r\n")
        elif has_body:
            connection.sendall(body)
        return framing != "close" and version == "HTTP/1.1"

    @staticmethod
    def _websocket(connection, stream, headers):
        """Accepts the upgrade and sends back one small frame."""
        accept = base64.b64encode(hashlib.sha1((first(headers, "sec-websocket-key") + WEBSOCKET_MAGIC).encode()).digest()).decode()
        connection.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: %s\r\nX-From: app\r\n\r\n" % accept).encode())
        connection.sendall(stream.read(4))
        return False
