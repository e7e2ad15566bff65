# Ingress as a small image that runs without root:  docker build -t ingress .
# docker run -p 80:80 -v ./traefik.yml:/etc/traefik/traefik.yml ingress   (or flags, as with Traefik's image)

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# The packages first: they change less often than the code.
COPY global.json NuGet.config Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/Ingress/Ingress.csproj src/Ingress/
COPY src/Ingress.Proxy/Ingress.Proxy.csproj src/Ingress.Proxy/
COPY src/Ingress.Providers/Ingress.Providers.csproj src/Ingress.Providers/
COPY src/Ingress.Planes/Ingress.Planes.csproj src/Ingress.Planes/
RUN dotnet restore src/Ingress -r linux-x64 -p:PublishReadyToRun=true

COPY src src
COPY publish ./
RUN ./publish /out

# What the program writes, such as acme.json or the socket of the socket filter, belongs to its user.
RUN mkdir -p /empty/etc/traefik /empty/data /empty/run/ingress && chown -R 1654:1654 /empty

# Only the C library, certificates of public authorities, time zones and a user called app (1654): no shell, no package manager.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled-extra
COPY --from=build --chown=1654:1654 /empty/ /
COPY --from=build /out/ingress /ingress
# Without root; ports below 1024 are still open to it: container runtimes set net.ipv4.ip_unprivileged_port_start=0. Where one does not, give that
# sysctl (docker run --sysctl ..., securityContext.sysctls in Kubernetes). No capability is put on the file: it could not start where all are dropped.
USER 1654:1654
WORKDIR /data
VOLUME /data
EXPOSE 80
# Answers 0 where /ping does; it needs ping: {} in the static configuration, as Traefik's does.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["/ingress", "healthcheck"]
ENTRYPOINT ["/ingress"]
