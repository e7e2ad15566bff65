"""What each proxy is told, for each scenario: the same thing in its own words."""
import os
import subprocess

HOSTS = 10000
SCENARIOS = {"one": "One router", "hosts": "10,000 host routers", "handshakes": "A full TLS 1.3 handshake for each request", "tls": "Kept-alive TLS 1.3 connections"}
OVER_TLS = ("handshakes", "tls")
BODY = "x" * 100


def write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def hosts_of(scenario):
    return ["host%d.test" % number for number in range(HOSTS)] if scenario == "hosts" else []


def certificate(directory):
    """An ECDSA certificate of its own, made once a scenario."""
    certificate_path, key_path = os.path.join(directory, "site.crt"), os.path.join(directory, "site.key")
    if not os.path.exists(certificate_path):
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=bench.test -addext subjectAltName=DNS:bench.test,IP:127.0.0.1"
        subprocess.run(command.split() + ["-keyout", key_path, "-out", certificate_path], check=True, stderr=subprocess.DEVNULL)
    return certificate_path, key_path


def proxy(name, binary, scenario, directory, port, backend_port):
    """(command, port) of a proxy."""
    return {"nginx": nginx, "caddy": caddy, "traefik": traefik, "ingress": traefik}[name](name, binary, scenario, directory, port, backend_port)


NGINX = """
daemon off; pid {directory}/{name}.pid; error_log stderr crit; worker_processes {workers};
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; server_names_hash_max_size 65536; server_names_hash_bucket_size 128;
  client_body_temp_path {directory}/{name}-body; proxy_temp_path {directory}/{name}-proxy; fastcgi_temp_path {directory}/{name}-f;
  uwsgi_temp_path {directory}/{name}-u; scgi_temp_path {directory}/{name}-s;
  {content}
}}
"""


def backend(directory, port):
    content = 'server { listen 127.0.0.1:%d backlog=4096; location / { default_type text/plain; return 200 "%s"; } }' % (port, BODY)
    path = write(directory, "backend.conf", NGINX.format(directory=directory, name="backend", workers=1, content=content))
    return ["/usr/sbin/nginx", "-c", path, "-p", directory], port


def nginx(name, binary, scenario, directory, port, backend_port):
    listen = "listen 127.0.0.1:%d" % port
    if scenario in OVER_TLS:
        listen += " ssl; ssl_certificate %s; ssl_certificate_key %s; ssl_protocols TLSv1.3; ssl_session_tickets off" % certificate(directory)
    to_backend = 'location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; }'
    servers = ["server { %s; server_name %s; %s }" % (listen, host, to_backend) for host in hosts_of(scenario) or ["_"]]
    content = "upstream up { server 127.0.0.1:%d; keepalive 128; keepalive_requests 1000000000; }\n" % backend_port + "\n".join(servers)
    path = write(directory, "nginx.conf", NGINX.format(directory=directory, name=name, workers=os.cpu_count(), content=content))
    return [binary, "-c", path, "-p", directory], port


def caddy(name, binary, scenario, directory, port, backend_port):
    to_backend = "reverse_proxy 127.0.0.1:%d {\n transport http {\n keepalive_idle_conns_per_host 200\n }\n }" % backend_port
    options = "{\n admin off\n persist_config off\n auto_https off\n storage file_system %s\n log {\n level ERROR\n }\n}\n" % directory
    if scenario in OVER_TLS:
        sites = ["https://127.0.0.1:%d {\n bind 127.0.0.1\n tls %s %s {\n protocols tls1.3\n }\n %s\n}" % ((port,) + certificate(directory) + (to_backend,))]
    else:
        sites = ["http://%s:%d {\n bind 127.0.0.1\n %s\n}" % (host, port, to_backend) for host in hosts_of(scenario) or [""]]
    path = write(directory, "Caddyfile", options + "\n".join(sites))
    return [binary, "run", "--adapter", "caddyfile", "--config", path], port


def traefik(name, binary, scenario, directory, port, backend_port):
    tls = "\n      tls: {}" if scenario in OVER_TLS else ""
    rules = ["Host(`%s`)" % host for host in hosts_of(scenario)] or ["PathPrefix(`/`)"]
    routers = "".join("    r%d:\n      rule: %s\n      service: up%s\n" % (number, rule, tls) for number, rule in enumerate(rules))
    dynamic = "http:\n  routers:\n%s  services:\n    up:\n      loadBalancer:\n        servers:\n          - url: http://127.0.0.1:%d\n" % (routers, backend_port)
    if scenario in OVER_TLS:
        dynamic += "tls:\n  certificates:\n    - certFile: %s\n      keyFile: %s\n  options:\n    default:\n      minVersion: VersionTLS13\n      disableSessionTickets: true\n" % certificate(directory)
    dynamic_path = write(directory, name + "-dynamic.yml", dynamic)
    static = "entryPoints:\n  web:\n    address: 127.0.0.1:%d\nproviders:\n  file:\n    filename: %s\nserversTransport:\n  maxIdleConnsPerHost: 200\n" % (port, dynamic_path)
    return [binary, "--configFile=" + write(directory, name + ".yml", static)], port
