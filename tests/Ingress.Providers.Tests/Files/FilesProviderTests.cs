using Ingress.Providers.Files;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Extensibility;
using Ingress.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ingress.Providers.Tests.Files;

public sealed class FilesProviderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Sink _sink = new();

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void PublishesBeforeItFirstWaits()
    {
        Start(new FilesProviderOptions { Filename = _folder.Write("a.yml", Router("a")) });

        Assert.Equal(["a"], _sink.Routers);
    }

    [Fact]
    public void ReadsADirectoryInOrderAndTheFirstOfANameCounts()
    {
        _folder.Write("1.yml", Router("same", "first"));
        _folder.Write("2.toml", "[http.routers.same]\nrule = 'second'\n[http.routers.other]\nrule = '{{ upper `x` }}'\n");
        _folder.Write("sub/3.YAML", Router("deep"));
        _folder.Write("4.txt", Router("text"));

        Start(new FilesProviderOptions { Directory = _folder.Path });

        Assert.Equal(["deep", "other", "same"], _sink.Routers);
        Assert.Equal("first", _sink.Last.Configuration.Http!.Routers!["same"].Rule);
        Assert.Equal("X", _sink.Last.Configuration.Http.Routers!["other"].Rule);
    }

    [Fact]
    public async Task FollowsAFileBesideALogThatNeverRests()
    {
        _folder.Write("a.yml", Router("a"));
        Start(new FilesProviderOptions { Directory = _folder.Path });
        var log = Path.Combine(_folder.Path, "app.log");
        var writing = Task.Run(async () =>
        {
            while (!_end.IsCancellationRequested && !_sink.Routers.SequenceEqual(["b"]))
            {
                await File.AppendAllTextAsync(log, "line\n");
                await Task.Yield();
            }
        });

        _folder.Write("a.yml", Router("b"));
        await Eventually.HoldsAsync("change", () => _sink.Routers.SequenceEqual(["b"]));
        await writing;
    }

    [Fact]
    public async Task FollowsRenamesRewritesAndNewFiles()
    {
        var path = _folder.Write("a.yml", Router("a"));
        Start(new FilesProviderOptions { Directory = _folder.Path });

        _folder.Write("a.yml", Router("b"));
        await Eventually.HoldsAsync("rename", () => _sink.Routers.SequenceEqual(["b"]));
        await File.WriteAllTextAsync(path, Router("c"));
        await Eventually.HoldsAsync("rewrite", () => _sink.Routers.SequenceEqual(["c"]));
        _folder.Write("d.yml", Router("d"));
        await Eventually.HoldsAsync("new file", () => _sink.Routers.SequenceEqual(["c", "d"]));
        File.Delete(path);
        await Eventually.HoldsAsync("deletion", () => _sink.Routers.SequenceEqual(["d"]));
    }

    [Fact]
    public async Task FollowsALinkThatLeadsElsewhere()
    {
        _folder.Write("..one/a.yml", Router("one"));
        _folder.Write("..two/a.yml", Router("two"));
        Directory.CreateSymbolicLink(_folder.File("..data"), "..one");
        File.CreateSymbolicLink(_folder.File("a.yml"), "..data/a.yml");
        Start(new FilesProviderOptions { Filename = _folder.File("a.yml") });
        Assert.Equal(["one"], _sink.Routers);

        Directory.Delete(_folder.File("..data"));
        Directory.CreateSymbolicLink(_folder.File("..data"), "..two");

        await Eventually.HoldsAsync("swapped link", () => _sink.Routers.SequenceEqual(["two"]));
    }

    [Fact]
    public async Task ABadFileKeepsTheLastGoodConfigurationAndSaysWhy()
    {
        var path = _folder.Write("a.yml", Router("a"));
        Start(new FilesProviderOptions { Filename = path });

        _folder.Write("a.yml", "http: {routers: {b: {rul: x}}}\n");

        await Eventually.HoldsAsync("finding", () => _sink.Last.Findings.Count == 1);
        Assert.Equal(["a"], _sink.Routers);
        Assert.Contains("a.yml:1: http.routers.b.rul", _sink.Last.Findings[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PicksUpAFileThatWasMissing()
    {
        Start(new FilesProviderOptions { Filename = _folder.File("late.yml") });
        Assert.Empty(_sink.Routers);

        _folder.Write("late.yml", Router("late"));

        await Eventually.HoldsAsync("late file", () => _sink.Routers.SequenceEqual(["late"]));
    }

    [Fact]
    public async Task FollowsTheCertificateFilesThatItNames()
    {
        var certificate = _folder.Write("certs/c.pem", "one");
        Start(new FilesProviderOptions { Filename = _folder.Write("a.yml", $"tls: {{certificates: [{{certFile: {certificate}, keyFile: inline}}]}}\n") });
        Assert.Equal("one", _sink.Last.Configuration.Tls!.Certificates![0].CertFile);

        _folder.Write("certs/c.pem", "two");

        await Eventually.HoldsAsync("renewed certificate", () => _sink.Last.Configuration.Tls!.Certificates![0].CertFile == "two");
    }

    private static string Router(string name, string rule = "r") => $"http: {{routers: {{{name}: {{rule: {rule}}}}}}}\n";

    private void Start(FilesProviderOptions options) =>
        _ = new FilesProvider(options, new DecoderSettings(), NullLogger.Instance).RunAsync(_sink, _end.Token);

    private sealed class Sink : IConfigurationSink
    {
        private volatile ProviderMessage _last = null!;

        public ProviderMessage Last => _last;

        public IEnumerable<string> Routers => (_last.Configuration.Http?.Routers?.Keys ?? []).Order(StringComparer.Ordinal);

        public void Publish(ProviderMessage message) => _last = message;
    }
}
