using System.Text.Json;
using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Observability;
using Ingress.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ingress.Proxy.Tests.Observability;

public sealed class ProcessLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task JsonLinesHoldLevelFieldsTimeAndMessage()
    {
        using var json = JsonDocument.Parse(await WriteAsync(new LogOptions { Format = "json", Level = "info" }, logger => Say(logger, LogLevel.Warning, "Router {RouterName} is off", "r@file")));

        Assert.Equal("warn", json.RootElement.GetProperty("level").GetString());
        Assert.Equal("r@file", json.RootElement.GetProperty("routerName").GetString());
        Assert.Equal("2026-01-02T03:04:05Z", json.RootElement.GetProperty("time").GetString());
        Assert.Equal("Router r@file is off", json.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task CommonLinesNameTheFieldsThatTraefikNames() => Assert.Equal(
        "2026-01-02T03:04:05Z ERR Router r@file is off routerName=r@file\n",
        await WriteAsync(new LogOptions(), logger => Say(logger, LogLevel.Error, "Router {RouterName} is off", "r@file")));

    [Theory]
    [InlineData("ERROR", LogLevel.Warning, false)]
    [InlineData("WARN", LogLevel.Warning, true)]
    [InlineData("debug", LogLevel.Debug, true)]
    [InlineData("LOUD", LogLevel.Error, true)]
    [InlineData("LOUD", LogLevel.Warning, false)]
    public async Task LevelsAreTraefiks(string level, LogLevel said, bool isWritten) =>
        Assert.Equal(isWritten, (await WriteAsync(new LogOptions { Level = level }, logger => Say(logger, said, "{Word}", "x"))).Length > 0);

    private async Task<string> WriteAsync(LogOptions options, Action<ILogger> use)
    {
        var path = folder.File("own.log");
        await using (var log = new ProcessLog(options with { FilePath = path }, time))
        {
            use(log.CreateLogger("Ingress"));
        }

        return await File.ReadAllTextAsync(path);
    }

#pragma warning disable CA2254, CA1848 // A test's template is its data.
    private static void Say(ILogger logger, LogLevel level, string template, string value) => logger.Log(level, template, value);
#pragma warning restore CA2254, CA1848
}
