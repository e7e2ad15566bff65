"""The two proxies, each started as a program with the same configuration, and asked the same way."""
import json
import os
import shutil
import socket
import subprocess
import time

from backend import CERTIFICATES
from explained import counts
from questions import digest_answer, digest_challenge, to_bytes
from wire import Connection, client_tls

ENTRY_POINTS = {
    "web": {},
    "trusted": {"forwardedHeaders": {"insecure": True}},
    "raw": {"http": {"sanitizePath": False, "encodeQuerySemicolons": True}},
    "secure": {},
}
TLS = client_tls(os.path.join(CERTIFICATES, "client.crt"), os.path.join(CERTIFICATES, "client.key"))
START_SECONDS, RELOAD_SECONDS = 20, 15
SETTLE_SECONDS, EXPECT_SECONDS = 0.25, 1.5  # with Expect both wait a second for a mirror's 100
COUNT_SECONDS = 0.03  # what counts answers may do so when the client has them
LATE = {"mirroring", "failover"}  # services whose servers may be asked after the client has its answer


OURS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".build", "bin", "Ingress", "release", "ingress")


def parse(parser):
    """The options, with the two binaries that are put side by side."""
    parser.add_argument("--traefik", default=os.environ.get("INGRESS_TRAEFIK"), help="a Traefik binary; INGRESS_TRAEFIK names it too")
    parser.add_argument("--ingress", default=os.path.normpath(OURS), help="our binary (default: the Release build)")
    options = parser.parse_args()
    if not options.traefik:
        parser.error("name a Traefik binary with --traefik or INGRESS_TRAEFIK")
    return options


class Refused(Exception):
    """A proxy does not take over a configuration."""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Site:
    """One proxy as a process of its own."""

    def __init__(self, name, binary, folder, entry_points=None, static_options=None):
        self.name, self.folder = name, os.path.join(folder, name)
        os.makedirs(self.folder)
        self.dynamic = os.path.join(self.folder, "dynamic.yml")
        self.log = os.path.join(self.folder, "output.log")
        entry_points = entry_points or ENTRY_POINTS
        self.ports = dict(zip(entry_points, free_ports(len(entry_points))))
        entry_points = {key: {"address": "127.0.0.1:%d" % self.ports[key], **options} for key, options in entry_points.items()}
        static = {"entryPoints": entry_points, "ping": {"manualRouting": True}, "log": {"level": "INFO"},
                  "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
                  "providers": {"providersThrottleDuration": "10ms", "file": {"filename": self.dynamic, "watch": True}}, **(static_options or {})}
        path = os.path.join(self.folder, "traefik.yml")  # JSON is YAML
        with open(path, "w") as file:
            json.dump(static, file, indent=1)
        self.write({"http": {"routers": {"none": {"rule": "Host(`none.test`)", "service": "noop@internal"}}}})
        self.output = open(self.log, "wb")
        self.process = subprocess.Popen([binary, "--configFile=" + path], stdout=self.output, stderr=subprocess.STDOUT)
        self._await_port()

    def _await_port(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.ports["web"]), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("%s did not start: see %s" % (self.name, self.log))

    def write(self, document):
        tls = {"options": {"default": {"clientAuth": {"clientAuthType": "RequestClientCert"}}},
               "certificates": [{"certFile": os.path.join(CERTIFICATES, "site.crt"), "keyFile": os.path.join(CERTIFICATES, "site.key")}]}
        with open(self.dynamic + ".new", "w") as file:
            json.dump({"tls": tls, **document}, file, indent=1)
        os.replace(self.dynamic + ".new", self.dynamic)

    def await_generation(self, generation):
        """Returns once the configuration of that generation is in force."""
        request = b"GET / HTTP/1.1\r\nHost: ready-%s.test\r\n\r\n" % generation.encode()
        connection = Connection(self.ports["web"])
        end = time.monotonic() + RELOAD_SECONDS
        while time.monotonic() < end:
            if connection.ask(request, "GET")["status"] == 200:
                connection.close()
                return
            time.sleep(0.02)
        raise Refused("%s does not take over generation %s: see %s" % (self.name, generation, self.log))

    def connect(self, entry_point):
        return Connection(self.ports[entry_point], TLS if entry_point == "secure" else None)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.output.close()


def put_in_force(sites, document, generation):
    for site in sites:
        site.write(document)
    for site in sites:
        site.await_generation(generation)


class Pair:
    """Ours and Traefik behind the same configuration, in front of the same servers."""

    def __init__(self, ingress, traefik, folder, backends):
        self.backends, self.generation = backends, 0
        self.sites = [Site("ours", ingress, folder), Site("traefik", traefik, folder)]

    def apply(self, configuration):
        self.generation += 1
        generation = str(self.generation)
        document = configuration.document(generation)
        put_in_force(self.sites, document, generation)

    def replay(self, number, case):
        """For each request of the case, [our exchange, Traefik's]."""
        return list(zip(*(self._replay(site, number, case) for site in self.sites)))

    def _replay(self, site, number, case):
        connection = site.connect(case["entryPoint"])
        is_late = case["service"]["kind"] in LATE
        exchanges = []
        for request in case["requests"]:
            self.backends.clear()
            answer = connection.ask(to_bytes(request, number), request["method"])
            authorization = None
            if request.get("digest"):
                authorization = digest_answer(request, digest_challenge(answer), request["digest"])
            if authorization:
                self.backends.clear()
                answer = connection.ask(to_bytes(request, number, authorization), request["method"])
            expects = any(name.lower() == "expect" for name, _ in request["headers"])
            settle = EXPECT_SECONDS if expects else SETTLE_SECONDS
            if counts(case):
                time.sleep(COUNT_SECONDS)
            exchanges.append({"answer": answer, "seen": self.backends.taken(settle if is_late else 0)})
        connection.close()
        return exchanges

    def stop(self):
        for site in self.sites:
            site.stop()


def folder_for(path):
    """An empty folder for configurations and logs."""
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path
