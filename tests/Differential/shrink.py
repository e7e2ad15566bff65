"""Makes a case smaller as long as it still shows a difference of the same kind."""
import copy

from chains import MAY_BE_EMPTY, REQUIRED

PLAIN_REQUEST = {"method": "GET", "target": "/", "version": "1.1", "host": "{host}", "headers": [], "body": None, "framing": "length"}


def smaller(case):
    """All cases that are one step smaller, the greatest steps first."""
    for place in range(len(case["requests"])):
        if len(case["requests"]) > 1:
            yield _with(case, requests=[case["requests"][place]])
    for place in range(len(case["requests"])):
        if len(case["requests"]) > 2:
            yield _with(case, requests=_without(case["requests"], place))
    for place in range(len(case["chain"])):
        yield _with(case, chain=_without(case["chain"], place))
    if case["service"] != {"kind": "one"}:
        yield _with(case, service={"kind": "one"})
    if case["entryPoint"] != "web":
        yield _with(case, entryPoint="web")
    for place, middleware in enumerate(case["chain"]):
        for replaced in _smaller_middlewares(middleware):
            yield _with(case, chain=case["chain"][:place] + replaced + case["chain"][place + 1:])
    for place, request in enumerate(case["requests"]):
        for replaced in _smaller_requests(request):
            yield _with(case, requests=case["requests"][:place] + [replaced] + case["requests"][place + 1:])
    for key in case["service"]:
        if isinstance(case["service"][key], (list, dict)):
            for value in _smaller_values(case["service"][key]):
                yield _with(case, service={**case["service"], key: value})


def _smaller_middlewares(middleware):
    """Lists of middlewares that may stand in the place of one."""
    kind, options = middleware
    if kind == "chain":
        yield options["middlewares"]
        return
    for key in options:
        if key not in REQUIRED.get(kind, []) and (len(options) > 1 or kind in MAY_BE_EMPTY):
            yield [[kind, {name: value for name, value in options.items() if name != key}]]
        elif isinstance(options[key], (list, dict)):
            for value in _smaller_values(options[key]):
                yield [[kind, {**options, key: value}]]
    for key in options:
        if key not in REQUIRED.get(kind, []) and isinstance(options[key], (list, dict)):
            for value in _smaller_values(options[key]):
                yield [[kind, {**options, key: value}]]


def _smaller_values(value):
    if len(value) < 2:
        return
    if isinstance(value, list):
        for place in range(len(value)):
            yield _without(value, place)
    else:
        for key in value:
            yield {name: one for name, one in value.items() if name != key}


def _smaller_requests(request):
    for key, plain in PLAIN_REQUEST.items():
        if request[key] != plain:
            yield {**request, key: plain}
    for key in ("answer", "auth", "page", "digest"):
        if request.get(key):
            yield {name: value for name, value in request.items() if name != key}
    for place in range(len(request["headers"])):
        yield {**request, "headers": _without(request["headers"], place)}
    for key in ("answer", "auth", "page"):
        for name in request.get(key) or {}:
            yield {**request, key: {other: value for other, value in request[key].items() if other != name}}
        listed = (request.get(key) or {}).get("headers", [])
        for place in range(len(listed)):
            yield {**request, key: {**request[key], "headers": _without(listed, place)}}
    path, mark, query = request["target"].partition("?")
    if mark:
        yield {**request, "target": path}
    segments = path.split("/")
    for place in range(1, len(segments)):
        if len(segments) > 2 and "://" not in path:
            yield {**request, "target": "/".join(_without(segments, place)) + mark + query}
    if isinstance(request["body"], int) and request["body"] > 1:
        yield {**request, "body": request["body"] // 2}


def _with(case, **parts):
    return {**copy.deepcopy(case), **copy.deepcopy(parts)}


def _without(values, place):
    return values[:place] + values[place + 1:]
