using Ingress.Providers.Files;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Extensibility;
using Ingress.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Providers.Tests.Files;

public sealed class FilesProviderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource end = new();
    private readonly Sink sink = new();

    public void Dispose()
    {
        end.Cancel();
        end.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void PublishesBeforeItFirstWaits()
    {
        Start(new FilesProviderOptions { Filename = folder.Write("a.yml", Router("a")) });

        Assert.Equal(["a"], sink.Routers);
    }

    [Fact]
    public void ReadsADirectoryInOrderAndTheFirstOfANameCounts()
    {
        folder.Write("1.yml", Router("same", "first"));
        folder.Write("2.toml", "[http.routers.same]\nrule = 'second'\n[http.routers.other]\nrule = '{{ upper `x` }}'\n");
        folder.Write("sub/3.YAML", Router("deep"));
        folder.Write("4.txt", Router("text"));

        Start(new FilesProviderOptions { Directory = folder.Path });

        Assert.Equal(["deep", "other", "same"], sink.Routers);
        Assert.Equal("first", sink.Last.Configuration.Http!.Routers!["same"].Rule);
        Assert.Equal("X", sink.Last.Configuration.Http.Routers!["other"].Rule);
    }

    [Fact]
    public async Task FollowsAFileBesideALogThatNeverRests()
    {
        folder.Write("a.yml", Router("a"));
        Start(new FilesProviderOptions { Directory = folder.Path });
        var log = Path.Combine(folder.Path, "app.log");
        var writing = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested && !sink.Routers.SequenceEqual(["b"]))
            {
                await File.AppendAllTextAsync(log, "line\n");
                await Task.Yield();
            }
        });

        folder.Write("a.yml", Router("b"));
        await Eventually.HoldsAsync("change", () => sink.Routers.SequenceEqual(["b"]));
        await writing;
    }

    [Fact]
    public async Task FollowsRenamesRewritesAndNewFiles()
    {
        var path = folder.Write("a.yml", Router("a"));
        Start(new FilesProviderOptions { Directory = folder.Path });

        folder.Write("a.yml", Router("b"));
        await Eventually.HoldsAsync("rename", () => sink.Routers.SequenceEqual(["b"]));
        await File.WriteAllTextAsync(path, Router("c"));
        await Eventually.HoldsAsync("rewrite", () => sink.Routers.SequenceEqual(["c"]));
        folder.Write("d.yml", Router("d"));
        await Eventually.HoldsAsync("new file", () => sink.Routers.SequenceEqual(["c", "d"]));
        File.Delete(path);
        await Eventually.HoldsAsync("deletion", () => sink.Routers.SequenceEqual(["d"]));
    }

    [Fact]
    public async Task FollowsALinkThatLeadsElsewhere()
    {
        folder.Write("..one/a.yml", Router("one"));
        folder.Write("..two/a.yml", Router("two"));
        Directory.CreateSymbolicLink(folder.File("..data"), "..one");
        File.CreateSymbolicLink(folder.File("a.yml"), "..data/a.yml");
        Start(new FilesProviderOptions { Filename = folder.File("a.yml") });
        Assert.Equal(["one"], sink.Routers);

        Directory.Delete(folder.File("..data"));
        Directory.CreateSymbolicLink(folder.File("..data"), "..two");

        await Eventually.HoldsAsync("swapped link", () => sink.Routers.SequenceEqual(["two"]));
    }

    [Fact]
    public async Task ABadFileKeepsTheLastGoodConfigurationAndSaysWhy()
    {
        var path = folder.Write("a.yml", Router("a"));
        Start(new FilesProviderOptions { Filename = path });

        folder.Write("a.yml", "http: {routers: {b: {rul: x}}}\n");

        await Eventually.HoldsAsync("finding", () => sink.Last.Findings.Count == 1);
        Assert.Equal(["a"], sink.Routers);
        Assert.Contains("a.yml:1: http.routers.b.rul", sink.Last.Findings[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PicksUpAFileThatWasMissing()
    {
        Start(new FilesProviderOptions { Filename = folder.File("late.yml") });
        Assert.Empty(sink.Routers);

        folder.Write("late.yml", Router("late"));

        await Eventually.HoldsAsync("late file", () => sink.Routers.SequenceEqual(["late"]));
    }

    [Fact]
    public async Task FollowsTheCertificateFilesThatItNames()
    {
        var certificate = folder.Write("certs/c.pem", "one");
        Start(new FilesProviderOptions { Filename = folder.Write("a.yml", $"tls: {{certificates: [{{certFile: {certificate}, keyFile: inline}}]}}\n") });
        Assert.Equal("one", sink.Last.Configuration.Tls!.Certificates![0].CertFile);

        folder.Write("certs/c.pem", "two");

        await Eventually.HoldsAsync("renewed certificate", () => sink.Last.Configuration.Tls!.Certificates![0].CertFile == "two");
    }

    private static string Router(string name, string rule = "r") => $"http: {{routers: {{{name}: {{rule: {rule}}}}}}}\n";

    private void Start(FilesProviderOptions options) =>
        _ = new FilesProvider(options, new DecoderSettings(), NullLogger.Instance).RunAsync(sink, end.Token);

    private sealed class Sink : IConfigurationSink
    {
        private volatile ProviderMessage last = null!;

        public ProviderMessage Last => last;

        public IEnumerable<string> Routers => (last.Configuration.Http?.Routers?.Keys ?? []).Order(StringComparer.Ordinal);

        public void Publish(ProviderMessage message) => last = message;
    }
}
