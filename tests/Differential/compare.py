"""What differs between two exchanges, after what must differ is made the same.

A difference is (part, ours, Traefik's); parts are `status`, `header vary`, `body`, `seen` (the roles of the
servers that got something), `app 0 target`, `auth 0 header x-one` and so on.
"""
import re
import shutil
import subprocess
import zlib

NONCE = re.compile(r'(nonce|opaque)="[^"]*"')
STICKY = re.compile(r"^((?:lb|a_b|x_y|_[0-9a-f]{5})=)[0-9a-f]{16}")
PORT = re.compile(r"127\.0\.0\.1:\d+")
STEERING = {"x-answer", "x-auth-answer", "x-page-answer"}
APPROXIMATE = {"x-retry-in", "retry-after"}


class Differences(list):
    """The differences of two exchanges, and the exchanges."""

    def __init__(self, ours, theirs):
        super().__init__()
        self.ours, self.theirs = ours, theirs


def differences(ours, theirs):
    """The differences of two exchanges."""
    found = Differences(ours, theirs)

    def compare(part, one, other):
        if one != other:
            found.append((part, one, other))

    one, other = ours["answer"], theirs["answer"]
    for part in ("status", "reason", "cut", "trailers"):
        compare(part, one[part], other[part])
    compare("interim", [[status, _by_name(headers)] for status, headers in one["interim"]], [[status, _by_name(headers)] for status, headers in other["interim"]])
    _compare_headers(compare, "header", one["headers"], other["headers"])
    compare("body", _body(one), _body(other))

    seen, seen_there = _in_order(ours["seen"]), _in_order(theirs["seen"])
    compare("seen", [one["role"] for one in seen], [one["role"] for one in seen_there])
    if len(seen) == len(seen_there):
        for number, (one, other) in enumerate(zip(seen, seen_there)):
            place = "%s %d" % (one["role"], number)
            for part in ("method", "target", "version", "framing", "trailers", "body"):
                compare("%s %s" % (place, part), one[part], other[part])
            _compare_headers(compare, place + " header", one["headers"], other["headers"])
    return found


def _in_order(seen):
    """Mirrors run beside the main service, so their place among the others means nothing."""
    return sorted(seen, key=lambda one: one["role"] == "mirror")


def _compare_headers(compare, part, one, other):
    one, other = _by_name(one), _by_name(other)
    for name in sorted(set(one) | set(other)):
        compare("%s %s" % (part, name), one.get(name), other.get(name))


def _by_name(headers):
    """Values by name, which ignores case, without what cannot be the same."""
    values = {}
    for name, value in headers:
        key = name.lower()
        if key == "date" and "2024" not in value:  # made by the proxy; those of 2024 are the server's and the client's
            value = "<now>"
        elif key == "www-authenticate":
            value = NONCE.sub(r'\1="<random>"', value)
        elif key == "set-cookie":
            value = STICKY.sub(r"\1<server>", value)
        elif key in APPROXIMATE and value != "5":
            value = "<time>"
        elif key == "authorization" and value.startswith("Digest "):
            value = "Digest <answer>"
        values.setdefault(key, []).append(PORT.sub("127.0.0.1:<port>", value))
    return values


def _body(answer):
    """The body as text, unpacked where it is compressed and can be; compressors need not agree on bytes."""
    encoding = "".join(value for name, value in answer["headers"] if name.lower() == "content-encoding")
    body = answer["body"]
    try:
        if encoding == "gzip" and body:
            body = zlib.decompress(body, 31)
        elif encoding == "zstd" and body and shutil.which("zstd"):
            body = subprocess.run(["zstd", "-dcq"], input=body, capture_output=True, check=True).stdout
        elif encoding in ("br", "zstd") and body:
            return "some %s" % encoding
    except (zlib.error, subprocess.CalledProcessError):
        return "broken %s" % encoding
    return PORT.sub("127.0.0.1:<port>", body.decode("latin-1"))


def signature(case, found):
    """Which differences are taken for the same: those of the same parts behind the same middlewares."""
    return " ".join(sorted({kind for kind, _ in case["chain"]})) + " | " + " ".join(sorted({re.sub(r" \d+ ", " ", part) for part, _, _ in found}))
