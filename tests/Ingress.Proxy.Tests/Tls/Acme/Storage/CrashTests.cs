using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Ingress.Proxy.Tls.Acme.Storage;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme.Storage;

public sealed class CrashTests
{
    private const string WriterVariable = "INGRESS_TEST_STORAGE_WRITER";

    [Theory]
    [InlineData(40, false)]
    [InlineData(20, true)]
    public Task KillsInTheMiddleOfWritingLeaveNoBrokenFile(int kills, bool mounted) => KillWritersAsync(kills, mounted);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(1000, false)]
    [InlineData(1000, true)]
    public Task AThousandKillsInTheMiddleOfWritingLeaveNoBrokenFile(int kills, bool mounted) => KillWritersAsync(kills, mounted);

    [Fact]
    public async Task AFullDiskCostsNothingOfWhatIsThere()
    {
        using var folder = new TemporaryFolder();
        var (volume, saved) = (Directory.CreateDirectory(folder.File("volume")).FullName, folder.File("saved.json"));
        const string Script = "mount -t tmpfs -o size=300k none \"$1\" && dotnet exec \"$0\"; cp \"$1\"/acme.json \"$2\" && chmod 600 \"$2\"";
        var start = new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "sh", "-c", Script, Assembly.GetExecutingAssembly().Location, volume, saved])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[WriterVariable] = Path.Combine(volume, "acme.json");
        using var writer = Process.Start(start)!;
        var output = writer.StandardOutput.ReadToEndAsync();
        Assert.Contains("acme.json cannot be written, so certificates are lost at the next restart: No space left on device", await writer.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("writing\n", await output);
        await writer.WaitForExitAsync();

        using var storage = AcmeStorage.Open(saved);
        var certificates = storage.Read("le").Certificates;
        Assert.NotEmpty(certificates);
        Assert.All(certificates, certificate => Assert.Equal(certificates.Count, certificate.Key.Length));
    }

    /// <param name="kills">How many writers are killed.</param>
    /// <param name="mounted">Whether the file is mounted on its own, as into a container, so that it can only be written in place.</param>
    private static async Task KillWritersAsync(int kills, bool mounted)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("acme.json");
        using (AcmeStorage.Open(path))
        {
            // A file must be there to be mounted.
        }

        var program = Assembly.GetExecutingAssembly().Location;
        for (var kill = 0; kill < kills; kill++)
        {
            // The start of a process is what takes long, so each one is killed many writes later, at a moment of chance.
            var start = mounted
                ? new ProcessStartInfo("unshare", ["--map-root-user", "--mount", "sh", "-c", "mount --bind \"$1\" \"$1\" && exec dotnet exec \"$0\"", program, path])
                : new ProcessStartInfo("dotnet", ["exec", program]);
            start.RedirectStandardOutput = true;
            start.Environment[WriterVariable] = path;
            using var writer = Process.Start(start)!;
            Assert.Equal("writing", await writer.StandardOutput.ReadLineAsync());
            await Task.Delay(Random.Shared.Next(30));
            writer.Kill();
            await writer.WaitForExitAsync();

            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            using var storage = AcmeStorage.Open(path);
            var certificates = storage.Read("le").Certificates;
            Assert.True(certificates.Count > 0, $"kill {kill}: nothing is left");
            Assert.All(certificates, certificate => Assert.Equal(certificates.Count, certificate.Key.Length));
        }
    }

    /// <summary>In a process that this test started, writes until it is killed; anywhere else does nothing.</summary>
    [ModuleInitializer]
    internal static void WriteUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(WriterVariable) is not { Length: > 0 } path)
        {
            return;
        }

        using var storage = AcmeStorage.Open(path);
        for (var round = 0; ; round++)
        {
            // The number of certificates is in each of them, so that half a file would show.
            var count = 1 + (round % 7);
            var text = Encoding.ASCII.GetBytes(new string('x', 20_000));
            storage.Write("le", new StoredResolver(null, [.. Enumerable.Range(0, count).Select(i => new StoredCertificate($"n{i}.test", [], text, new byte[count]))]));
            if (round == 0)
            {
                Console.WriteLine("writing");
                Console.Out.Flush();
            }
        }
    }
}
