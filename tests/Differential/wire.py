"""HTTP/1.1 as bytes: requests are written as they are asked for, odd ones too, and answers are read as they come."""
import socket
import ssl

PATIENCE = 15  # seconds that an answer may take


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def first(headers, name, default=None):
    """The first value of a header whose name is given in lower case."""
    return next((value for key, value in headers if key.lower() == name), default)


def read_head(stream):
    """First line and headers, in their order and spelling; None where the stream ends before them."""
    line = stream.readline(1 << 17)
    if not line:
        return None
    headers = []
    for raw in iter(stream.readline, b""):
        raw = raw.rstrip(b"\r\n")
        if not raw:
            return line.rstrip(b"\r\n").decode("latin-1"), headers
        name, _, value = raw.decode("latin-1").partition(":")
        headers.append([name, value.strip(" \t")])
    return None


def read_framed(stream, headers, trailers):
    """A body that is chunked or has a length; None where it is neither; ValueError where it ends too early."""
    if "chunked" in first(headers, "transfer-encoding", "").lower():
        body = b""
        while True:
            size = int(stream.readline().split(b";")[0], 16)
            piece = stream.read(size + 2 if size else 0)
            if len(piece) < size:
                raise ValueError("cut")
            body += piece[:size]
            if not size:
                break
        for line in iter(stream.readline, b"\r\n"):
            if not line:
                raise ValueError("cut")
            trailers.append([word.strip() for word in line.decode("latin-1").split(":", 1)])
        return body
    length = first(headers, "content-length")
    if length is None:
        return None
    body = stream.read(int(length))
    if len(body) < int(length):
        raise ValueError("cut")
    return body


class Connection:
    """A client's connection to one entry point; it is opened anew where the server has closed it."""

    def __init__(self, port, tls=None):
        self.port, self.tls, self.socket, self.stream = port, tls, None, None

    def open(self):
        self.close()
        self.socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            self.socket = self.tls.wrap_socket(self.socket, server_hostname="site.test")
        self.stream = self.socket.makefile("rb")

    def close(self):
        if self.socket:
            self.stream.close()
            self.socket.close()
        self.socket = None

    def ask(self, data, method):
        """Sends the bytes of a request and reads the answer; one that meets a closed connection is sent again on a new one."""
        fresh = self.socket is None
        if fresh:
            self.open()
        try:
            answer = self._ask(data, method)
        except OSError as error:
            answer = {"status": "no answer" if isinstance(error, ConnectionError) else type(error).__name__}
        if answer is None or answer["status"] == "no answer":
            self.close()
            if not fresh:
                return self.ask(data, method)
            return {"status": "no answer", "reason": "", "headers": [], "body": b"", "interim": [], "trailers": [], "cut": False}
        answer = {"reason": "", "headers": [], "body": b"", "interim": [], "trailers": [], "cut": False, **answer}
        if answer["cut"] or first(answer["headers"], "connection", "").lower() == "close" or not isinstance(answer["status"], int):
            self.close()
        return answer

    def _ask(self, data, method):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # refused while sending: the answer may be there all the same
        interim = []
        while True:
            head = read_head(self.stream)
            if head is None:
                return None
            line, headers = head
            words = line.split(" ", 2) + ["", ""]
            status = int(words[1])
            if status >= 200 or status == 101:
                break
            interim.append([status, headers])
        answer = {"status": status, "version": words[0], "reason": words[2].strip(), "headers": headers, "interim": interim, "trailers": [], "cut": False}
        if status == 101:
            self.socket.sendall(b"ping")
            answer["body"] = self.stream.read()
            answer["cut"] = True  # the connection is used up
        elif method == "HEAD" or status in (204, 304):
            answer["body"] = b""
        else:
            answer["body"] = self._body(headers, answer)
        return answer

    def _body(self, headers, answer):
        try:
            body = read_framed(self.stream, headers, answer["trailers"])
            if body is None:
                body = self.stream.read()
            return body
        except (ValueError, OSError):
            answer["cut"] = True
            return b""


def client_tls(certificate, key):
    """A client's side of TLS that trusts everyone and shows its certificate when asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["http/1.1"])
    return context
