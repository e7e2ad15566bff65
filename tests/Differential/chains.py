"""Random middlewares and services, and the dynamic configuration that puts a case's chain before its service.

A case is plain data, so that it can be printed, taken apart and put together again:

    {"chain": [[type, options], ...], "service": {...}, "entryPoint": "web", "requests": [...]}
"""
import hashlib

LONG = "1h"  # a time that does not end during a run

# alice:secret, bob:p, carol:secret; dora:secret and emil:secret
HASHES = ["alice:$apr1$0b4Bm2k2$b.O0D.3qNNnvSTp8ap.MW.", "bob:$2y$04$vPhjekcW8PknLUEgpzodUu84/YGUaclFY284UlZvijst1.UOc58si", "carol:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="]
DIGEST = ["%s:%s:%s" % (user, realm, hashlib.md5(("%s:%s:secret" % (user, realm)).encode()).hexdigest())
          for user, realm in (("dora", "traefik"), ("emil", "files"))]

REQUEST_HEADER_NAMES = ["X-One", "X-Two", "Accept", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "Host", "Cookie", "Authorization",
                        "x-lower", "X-Real-Ip", "Te", "Connection", "Content-Type", "Referer", "X-Forwarded-Host", "Accept-Encoding", "Origin"]
RESPONSE_HEADER_NAMES = ["X-One", "Server", "Content-Type", "Cache-Control", "Set-Cookie", "Vary", "X-Frame-Options", "Location", "ETag",
                         "Access-Control-Allow-Origin", "x-lower", "Content-Language", "Strict-Transport-Security"]
HEADER_VALUES = ["", "one", "two words", "a,b", "text/html", "example.test", "10.1.2.3", "https", "gzip", "a=1; b=2", "\"quoted\""]
ORIGINS = ["https://a.test", "https://b.test:8443", "http://a.test", "*", "null"]
STATUSES = ["404", "500-599", "400-499", "200", "503", "418", "301-308", "500-500", "201-204"]


def some(random, values, least=1, most=3):
    return random.sample(values, random.randint(least, min(most, len(values))))


class Options:
    """Collects options, each with a chance."""

    def __init__(self, random):
        self.random, self.values = random, {}

    def may(self, chance, **values):
        for name, value in values.items():
            if self.random.random() < chance:
                self.values[name] = value() if callable(value) else value
        return self


def add_prefix(random):
    return {"prefix": random.choice(["/pre", "pre", "/a b", "/a%2Fb", "/é", "/x/", "/", "//x", "/a?b", "/a/../b", "/a;b", "/%zz"])}


def strip_prefix(random):
    options = {"prefixes": some(random, ["/api", "/v1", "/api/v1", "/", "/a", "/a b", "/a%20b", "/api/", "/x;y", "api", " /v1 ", "/é", "/A"])}
    if random.random() < 0.2:
        options["forceSlash"] = random.random() < 0.5
    return options


def strip_prefix_regex(random):
    return {"regex": some(random, ["/api", "^/[a-z]+", "/v[0-9]+", "/(api|v1)/", "^/a.b", "[^/]+", "/api/?", ".*", "^/(?i)API", "/x;y", "^/a%20b", "\\d+"], most=2)}


def replace_path(random):
    return {"path": random.choice(["/new", "new", "/a b", "/a%20b", "/a%2Fb", "/x?y=1", "/", "/a/../b", "//x", "/%zz", "/é", "/a#b", "/;x"])}


def replace_path_regex(random):
    regex, replacement = random.choice([
        ("^/api/(.*)", "/$1"), ("/([^/]+)/([^/]+)", "/${2}/$1"), ("(?P<first>/[^/]*)", "/pre${first}"), ("/a%20b", "/c d"), ("/(.*)", "/x?y=$1"),
        ("^/api/(.*)", "/v2/$1x"), (".*", "/all"), ("/v(\\d)", "/w$1"), ("%2F", "/"), ("/$", ""), ("^/", ""), ("^(.*)$", "$1/../y"), ("/x", "//x"),
        ("(?i)/API", "/lower"), ("^/(.*)", "/$$1"), ("[a-c]", "é"), ("^/(.+)$", "/%41$1"), ("/", "/$0"), ("/b*", "/-")])
    return {"regex": regex, "replacement": replacement}


def redirect_regex(random):
    regex, replacement = random.choice([
        ("^http://([^/]+)/api/(.*)", "https://$1/v2/$2"), ("^https?://(.*)$", "https://$1"), ("/v1", "/v2"), ("a%20b", "a b"), ("\\?(.*)$", ""),
        ("^(.*)/$", "$1"), ("^http://([^:/]+)(:\\d+)?/(.*)", "http://${1}:8080/$3"), ("/api", "/api"), ("^.*$", "/local"), ("^.*$", "//other.test/x"),
        ("^.*$", "not a url"), ("(?i)API", "é"), ("/x;y", "/%zz"), ("^.*/(.*)$", "https://other.test/?to=$1#frag")])
    options = {"regex": regex, "replacement": replacement}
    if random.random() < 0.5:
        options["permanent"] = random.random() < 0.7
    return options


def redirect_scheme(random):
    return Options(random).may(1, scheme=random.choice(["https", "http", "HTTPS", "wss", "ftp"])).may(
        0.4, port=lambda: random.choice(["443", "80", "8443", "8080"]), permanent=lambda: random.random() < 0.7).values


def headers(random):
    options = Options(random)
    options.may(0.4, customRequestHeaders=lambda: {name: random.choice(["", "example.test"] if name == "Host" else HEADER_VALUES) for name in some(random, REQUEST_HEADER_NAMES)})
    options.may(0.4, customResponseHeaders=lambda: {name: random.choice(HEADER_VALUES) for name in some(random, RESPONSE_HEADER_NAMES)})
    if random.random() < 0.4:
        options.may(0.6, accessControlAllowOriginList=lambda: some(random, ORIGINS, most=2))
        options.may(0.3, accessControlAllowOriginListRegex=lambda: some(random, ["^https://.*\\.test$", "a.test", "b"], most=1), accessControlAllowCredentials=True,
                    accessControlAllowHeaders=lambda: some(random, ["X-One", "Content-Type", "*"]), accessControlAllowMethods=lambda: some(random, ["GET", "PUT", "*"]),
                    accessControlExposeHeaders=lambda: some(random, ["X-One", "ETag", "*"], most=2), accessControlMaxAge=lambda: random.choice([0, 60, -1]), addVaryHeader=True)
    if random.random() < 0.4:
        options.may(0.25, stsSeconds=31536000, stsIncludeSubdomains=True, stsPreload=True, forceSTSHeader=True, frameDeny=True, contentTypeNosniff=True,
                    browserXssFilter=True, customFrameOptionsValue="SAMEORIGIN", customBrowserXSSValue="1; report=x", contentSecurityPolicy="default-src 'self'",
                    contentSecurityPolicyReportOnly="img-src *", publicKey="pin-sha256=\"x\"", referrerPolicy="same-origin", permissionsPolicy="camera=()",
                    isDevelopment=True, sslProxyHeaders={"X-Forwarded-Proto": "https"}, sslRedirect=True, featurePolicy="x")
        options.may(0.1, allowedHosts=lambda: some(random, ["case.test", "other.test"]), hostsProxyHeaders=["X-Forwarded-Host"])
    return options.values or {"frameDeny": True}


def basic_auth(random):
    return Options(random).may(1, users=some(random, HASHES)).may(0.3, realm=lambda: random.choice(["files", "two words", "a\"b"]), removeHeader=True,
                                                                   headerField=lambda: random.choice(["X-User", "x-user", "X-One"])).values


def digest_auth(random):
    return Options(random).may(1, users=list(DIGEST)).may(0.3, realm=lambda: random.choice(["files", "traefik"]), removeHeader=True,
                                                           headerField=lambda: random.choice(["X-User", "X-One"])).values


def forward_auth(random):
    options = Options(random).may(1, address="{auth}" + random.choice(["/verify", "/verify?x=1", "", "/a%20b"]))
    options.may(0.25, trustForwardHeader=lambda: random.random() < 0.5, authResponseHeaders=lambda: some(random, ["X-User", "X-One", "Set-Cookie", "x-lower", "Host", "Cookie"]),
                authResponseHeadersRegex=lambda: random.choice(["^X-", "(?i)^x-u", "."]), addAuthCookiesToResponse=lambda: some(random, ["session", "a"], most=2),
                headerField=lambda: random.choice(["X-User", "X-One"]), forwardBody=True, preserveLocationHeader=True, preserveRequestMethod=True)
    options.may(0.25, authRequestHeaders=lambda: ["X-Auth-Answer"] + some(random, ["X-One", "Cookie", "Accept", "X-Forwarded-For", "Authorization", "Connection", "User-Agent", "x-lower"]))
    options.may(0.15, maxBodySize=lambda: random.choice([0, 10, 100, 5000, -1]), maxResponseBodySize=lambda: random.choice([0, 10, 5000, -1]),
                authSigninURL=lambda: random.choice(["https://login.test/", "https://login.test/?rd={url}", "/login"]))
    return options.values


def ip_strategy(random):
    return random.choice([{"depth": 1}, {"depth": 2}, {"depth": 5}, {"excludedIPs": ["10.0.0.0/8"]}, {"excludedIPs": ["127.0.0.1", "10.1.2.3"]},
                          {"depth": 1, "ipv6Subnet": 64}, {"ipv6Subnet": 64}, {"depth": 1, "excludedIPs": ["10.1.2.3"]}])


def ip_allow_list(random):
    return Options(random).may(1, sourceRange=some(random, ["127.0.0.0/8", "10.0.0.0/8", "10.1.2.3", "::1", "2001:db8::/32", "192.168.1.7/24"], most=4)).may(
        0.4, ipStrategy=lambda: ip_strategy(random)).may(0.2, rejectStatusCode=lambda: random.choice([404, 418, 403, 500])).values


def ip_white_list(random):
    options = ip_allow_list(random)
    options.pop("rejectStatusCode", None)
    return options


def source_criterion(random):
    return random.choice([{"requestHost": True}, {"requestHeaderName": "X-One"}, {"requestHeaderName": "Host"}, {"ipStrategy": ip_strategy(random)}])


def rate_limit(random):
    """Either generous, or a burst of an exact number and nothing for an hour."""
    options = random.choice([{"average": 100000, "burst": 100000}, {"average": 1, "period": LONG, "burst": random.randint(1, 3)}, {"average": 0}])
    return dict(options, **Options(random).may(0.4, sourceCriterion=lambda: source_criterion(random)).values)


def in_flight_req(random):
    return Options(random).may(1, amount=random.choice([0, 1, 10, 100])).may(0.4, sourceCriterion=lambda: source_criterion(random)).values


def circuit_breaker(random):
    return Options(random).may(1, expression=random.choice([
        "NetworkErrorRatio() > 0.5", "ResponseCodeRatio(500, 600, 0, 600) > 0.4", "ResponseCodeRatio(400, 500, 0, 600) >= 0.5 || NetworkErrorRatio() > 0.9",
        "LatencyAtQuantileMS(50.0) > 60000", "NetworkErrorRatio() > 0.1 && ResponseCodeRatio(500, 600, 0, 600) > 0.1"])).may(
        1, checkPeriod="1ns", fallbackDuration=LONG).may(0.3, responseCode=lambda: random.choice([503, 418, 500])).values


def retry(random):
    return Options(random).may(1, attempts=random.choice([1, 2, 3])).may(0.8, status=lambda: some(random, STATUSES)).may(
        0.2, maxRequestBodyBytes=lambda: random.choice([10, 1000, -1]), retryNonIdempotentMethod=True, disableRetryOnNetworkError=True).may(0.1, initialInterval="1ms").values


def compress(random):
    options = Options(random).may(0.3, encodings=lambda: some(random, ["gzip", "br", "zstd"]), minResponseBodyBytes=lambda: random.choice([0, 1, 10, 1024, 5000]))
    types = some(random, ["text/plain", "text/html", "application/json", "text/event-stream", "image/png", "text/plain; charset=utf-8"])
    options.may(0.4, **{random.choice(["excludedContentTypes", "includedContentTypes"]): types})
    options.may(0.15, defaultEncoding=lambda: random.choice(options.values.get("encodings", ["gzip", "br", "zstd"])))
    return options.values


def buffering(random):
    options = Options(random).may(0.4, maxRequestBodyBytes=lambda: random.choice([0, 10, 100, 4000]), memRequestBodyBytes=lambda: random.choice([1, 10, 100000]),
                                  maxResponseBodyBytes=lambda: random.choice([0, 20, 1000, 100000]), memResponseBodyBytes=lambda: random.choice([1, 10, 100000]))
    options.may(0.3, retryExpression=lambda: random.choice(["IsNetworkError() && Attempts() < 2", "ResponseCode() == 500 && Attempts() <= 2", "Attempts() < 3 && RequestMethod() == \"POST\""]))
    return options.values or {"maxRequestBodyBytes": 100}


def errors(random):
    options = Options(random).may(1, status=some(random, STATUSES), service="pages").may(
        0.7, query=lambda: random.choice(["/{status}.html", "/page?s={status}&o={originalStatus}&u={url}", "{status}", "/", "/a b/{status}", "/%zz"]))
    options.may(0.25, statusRewrites=lambda: {random.choice(["404", "500-599", "418"]): random.choice([200, 404, 503])},
                errorRequestHeaders=lambda: ["X-Page-Answer"] + some(random, ["X-One", "Cookie", "Accept"], least=0))
    return options.values


def encoded_characters(random):
    options = Options(random).may(0.4, allowEncodedSlash=True, allowEncodedBackSlash=True, allowEncodedNullCharacter=True, allowEncodedSemicolon=True,
                                  allowEncodedPercent=True, allowEncodedQuestionMark=True, allowEncodedHash=True)
    return options.values or {"allowEncodedSlash": False}


def pass_tls_client_cert(random):
    parts = ["country", "province", "locality", "organization", "commonName", "serialNumber", "domainComponent"]
    options = Options(random).may(0.5, pem=True)
    options.may(0.6, info=lambda: Options(random).may(0.4, notAfter=True, notBefore=True, sans=True, serialNumber=True,
                                                      subject=lambda: {part: True for part in some(random, parts + ["organizationalUnit"], most=7)},
                                                      issuer=lambda: {part: True for part in some(random, parts, most=7)}).values or {"sans": True})
    return options.values or {"pem": True}


def grpc_web(random):
    return {"allowOrigins": some(random, ORIGINS, most=2)}


def content_type(random):
    return random.choice([{}, {}, {"autoDetect": True}, {"autoDetect": False}])


def nested_chain(random):
    return {"middlewares": [random_middleware(random, nested=True) for _ in range(random.randint(1, 2))]}


MAKERS = {
    "addPrefix": (2, add_prefix), "stripPrefix": (3, strip_prefix), "stripPrefixRegex": (2, strip_prefix_regex), "replacePath": (2, replace_path),
    "replacePathRegex": (3, replace_path_regex), "redirectRegex": (1, redirect_regex), "redirectScheme": (1, redirect_scheme), "headers": (5, headers),
    "basicAuth": (1, basic_auth), "digestAuth": (1, digest_auth), "forwardAuth": (3, forward_auth), "ipAllowList": (1, ip_allow_list),
    "ipWhiteList": (0.5, ip_white_list), "rateLimit": (1, rate_limit), "inFlightReq": (1, in_flight_req), "circuitBreaker": (1, circuit_breaker),
    "retry": (2, retry), "compress": (3, compress), "buffering": (2, buffering), "errors": (2, errors), "encodedCharacters": (1, encoded_characters),
    "passTLSClientCert": (1, pass_tls_client_cert), "grpcWeb": (1, grpc_web), "contentType": (2, content_type), "chain": (1, nested_chain),
}

# What an option set cannot do without: taking these away would make another case, or none.
REQUIRED = {
    "addPrefix": ["prefix"], "stripPrefix": ["prefixes"], "stripPrefixRegex": ["regex"], "replacePath": ["path"], "replacePathRegex": ["regex", "replacement"],
    "redirectRegex": ["regex", "replacement"], "redirectScheme": ["scheme"], "basicAuth": ["users"], "digestAuth": ["users"], "forwardAuth": ["address"],
    "ipAllowList": ["sourceRange"], "ipWhiteList": ["sourceRange"], "rateLimit": ["average"], "inFlightReq": ["amount"],
    "circuitBreaker": ["expression", "checkPeriod", "fallbackDuration"], "retry": ["attempts"], "errors": ["status", "service"], "grpcWeb": ["allowOrigins"],
    "chain": ["middlewares"],
}
MAY_BE_EMPTY = ["compress", "contentType"]


def random_middleware(random, nested=False):
    names = [name for name in MAKERS if not (nested and name == "chain")]
    name = random.choices(names, [MAKERS[name][0] for name in names])[0]
    return [name, MAKERS[name][1](random)]


def random_chain(random):
    return [random_middleware(random) for _ in range(random.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 6]))]


def random_service(random):
    kind = random.choices(["one", "two", "base", "noHost", "sticky", "tls", "weighted", "mirroring", "failover", "hrw", "empty", "dead", "wrapped", "leasttime", "p2c"],
                          [10, 2, 2, 2, 2, 2, 1, 2, 2, 1, 1, 1, 1, 1, 1])[0]
    service = {"kind": kind}
    if kind == "base":
        service["path"] = random.choice(["/base", "/base/", "/a%2Fb", "/a b", "/x?y=1", "/é"])
    elif kind == "sticky":
        service["cookie"] = Options(random).may(0.4, name=lambda: random.choice(["lb", "a b", "x;y"]), secure=True, httpOnly=True, sameSite=lambda: random.choice(["none", "lax", "strict", "Lax"]),
                                                maxAge=lambda: random.choice([0, 60, -1]), path=lambda: random.choice(["/api", "/"]), domain="case.test").values
    elif kind == "mirroring":
        service["mirror"] = Options(random).may(0.3, mirrorBody=False, maxBodySize=lambda: random.choice([0, 10, 5000])).values
    elif kind == "failover":
        service["errors"] = {"status": some(random, STATUSES), **Options(random).may(0.3, maxRequestBodyBytes=lambda: random.choice([0, 10, 5000])).values}
    elif kind == "wrapped":
        service["middlewares"] = [random_middleware(random)]
    return service


# ---------------------------------------------------------------- configuration


class Configuration:
    """The dynamic configuration of many cases: case N answers to the host `cN.test`, with objects of its own."""

    def __init__(self, ports):
        self.ports = ports
        self.middlewares, self.routers = {}, {}
        self.services = {"pages": self._servers("pages"), "app": self._servers("app")}

    def document(self, generation):
        self.routers["ready"] = {"rule": "Host(`ready-%s.test`)" % generation, "entryPoints": ["web"], "service": "ping@internal"}
        http = {"routers": self.routers, "services": self.services, "serversTransports": {"trusting": {"insecureSkipVerify": True}}}
        if self.middlewares:
            http["middlewares"] = self.middlewares
        return {"http": http}

    def add(self, number, case):
        name = "c%s" % number
        router = {"rule": "Host(`%s.test`)" % name, "entryPoints": [case["entryPoint"]], "service": self._service(name, case["service"])}
        if case["entryPoint"] == "secure":
            router["tls"] = {}
        chain = self._chain(name, case["chain"])
        if chain:
            router["middlewares"] = chain
        self.routers[name] = router

    def _chain(self, name, chain):
        names = []
        for place, (kind, options) in enumerate(chain):
            options = dict(options)
            own = "%s-%d" % (name, place)
            if kind == "chain":
                options["middlewares"] = self._chain(own, options["middlewares"])
            elif kind == "forwardAuth":
                options["address"] = options["address"].replace("{auth}", "http://127.0.0.1:%d" % self.ports["auth"])
            self.middlewares[own] = {kind: options}
            names.append(own)
        return names

    def _servers(self, *names, scheme="http", path="", **options):
        servers = [{"url": "%s://127.0.0.1:%d%s" % (scheme, self.ports[name], path)} for name in names]
        for server in servers:
            if path:
                server["preservePath"] = True
        return {"loadBalancer": {"servers": servers, **options}}

    def _service(self, name, service):
        kind = service["kind"]
        if kind == "one":
            return "app"
        if kind == "wrapped":
            made = dict(self._servers("app"), middlewares=self._chain(name + "-s", service["middlewares"]))
        elif kind == "base":
            made = self._servers("app", path=service["path"])
        elif kind == "noHost":
            made = self._servers("app", passHostHeader=False)
        elif kind == "sticky":
            made = self._servers("app", "app2", sticky={"cookie": service["cookie"]})
        elif kind == "tls":
            made = self._servers("tls", scheme="https", serversTransport="trusting")
        elif kind == "empty":
            made = {"loadBalancer": {"servers": []}}
        elif kind == "weighted":
            self.services[name + "-2"] = self._servers("app2")
            made = {"weighted": {"services": [{"name": "app", "weight": 2}, {"name": name + "-2", "weight": 1}]}}
        elif kind == "hrw":
            made = {"highestRandomWeight": {"services": [{"name": "app", "weight": 1}]}}
        elif kind == "mirroring":
            self.services[name + "-mirror"] = self._servers("mirror")
            made = {"mirroring": {"service": "app", "mirrors": [{"name": name + "-mirror", "percent": 100}], **service["mirror"]}}
        elif kind == "failover":
            self.services[name + "-fallback"] = self._servers("fallback")
            made = {"failover": {"service": "app", "fallback": name + "-fallback", "errors": service["errors"]}}
        else:
            made = self._servers(*{"two": ["app", "app2"], "dead": ["dead"], "leasttime": ["app", "app2"], "p2c": ["app", "app2"]}[kind],
                                 **({"strategy": kind} if kind in ("leasttime", "p2c") else {}))
        self.services[name] = made
        return name
