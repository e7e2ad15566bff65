using Ingress.Testing;

namespace Ingress.IntegrationTests.Streams;

/// <summary>A real PostgreSQL behind the proxy: its own way to start TLS, ended here and passed on.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private static readonly string Programs = Path.Combine(Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last(), "bin");
    private readonly string data = Path.Combine(Path.GetTempPath(), "ingress-pg-" + Guid.NewGuid().ToString("N"));
    private readonly int port = FreePort.Next();
    private ProgramRun? server;

    public async Task InitializeAsync()
    {
        await AsServerAsync($"{Programs}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync");
        await AsServerAsync(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=pg.test", "-days", "2",
            "-keyout", $"{data}/server.key", "-out", $"{data}/server.crt");
        var arguments = new[]
        {
            $"{Programs}/postgres", "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "ssl=on", "-c", "fsync=off",
        };
        var (program, all) = Command(arguments);
        server = ProgramRun.Start(program, all);
        await StreamProxy.ListensAsync(port, server);
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(data, recursive: true);
    }

    [Theory]
    [InlineData("ended.test", "f")]
    [InlineData("passed.test", "t")]
    [InlineData("*", "f")]
    public async Task QueriesAreAnswered(string name, string serverSeesTls)
    {
        await using var proxy = await StreamProxy.StartAsync($$"""
            tcp:
              routers:
                ended: {rule: "HostSNI(`ended.test`)", service: pg, entryPoints: [tcp], tls: {} }
                passed: {rule: "HostSNI(`passed.test`)", service: pg, entryPoints: [tcp], tls: {passthrough: true} }
                plain: {rule: "HostSNI(`*`)", service: pg, entryPoints: [tcp]}
              services:
                pg: {loadBalancer: {servers: [{address: "127.0.0.1:{{port}}"} ] } }
            """);
        var tls = name == "*" ? "sslmode=disable" : $"sslmode=require host={name}";
        var answer = await ProgramRun.RunAsync(
            "psql", $"hostaddr=127.0.0.1 port={proxy.Port} user=postgres dbname=postgres {tls}", "-Atc", "select ssl, repeat('x', 100000) from pg_stat_ssl where pid = pg_backend_pid()");
        Assert.Equal($"{serverSeesTls}|{new string('x', 100_000)}", answer.Trim());
    }

    // The server refuses to run as root, as tests may.
    private static (string Program, string[] Arguments) Command(string[] command)
        => Environment.UserName == "root" ? ("runuser", ["-u", "postgres", "--", .. command]) : (command[0], command[1..]);

    private static Task<string> AsServerAsync(params string[] command)
    {
        var (program, arguments) = Command(command);
        return ProgramRun.RunAsync(program, arguments);
    }
}
