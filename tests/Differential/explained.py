"""Differences that are meant. Each names its row in docs/parity.md, or what of the two proxies' grounds makes it meaningless."""


def unexplained(case, request, found):
    """What of the differences no explanation covers."""
    return [difference for difference in found if not any(covers(case, request, difference, found) for _, covers in EXPLANATIONS)]


def explanations_of(case, request, found):
    """The names of the explanations that cover some of the differences."""
    return {name for name, covers in EXPLANATIONS if any(covers(case, request, difference, found) for difference in found)}


def _accept_encoding(case, request, difference, found):
    """Traefik asks the server for gzip where nobody does, and unpacks it."""
    if difference[0].endswith(" header accept-encoding"):
        return difference[1:] == (None, ["gzip"])
    asked = any(part.endswith(" header accept-encoding") and theirs == ["gzip"] for part, _, theirs in found)
    packed = any((request.get(key) or {}).get("encoding") == "gzip" for key in ("answer", "auth", "page"))
    return asked and packed and difference[0] in ("header content-encoding", "header content-length", "header transfer-encoding", "body", "header vary")


def _user_agent(case, request, difference, found):
    return difference[0].startswith(("auth ", "pages ")) and difference[0].endswith("user-agent") and difference[1:] == (None, ["Go-http-client/1.1"])


def _reason(case, request, difference, found):
    return difference[0] == "reason" and difference[1] == "" and difference[2].startswith("status code ")


EXPLANATIONS = [
    ("requests without `Accept-Encoding`", _accept_encoding),
    ("requests without `User-Agent`", _user_agent),
    ("the reason phrase of an unregistered status", _reason),
]
