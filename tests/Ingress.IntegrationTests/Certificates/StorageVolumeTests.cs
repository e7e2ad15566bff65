using Ingress.Testing;

namespace Ingress.IntegrationTests.Certificates;

/// <summary>acme.json where it cannot be used as it should: the proxy goes on, and its log says what to do.</summary>
public sealed class StorageVolumeTests
{
    private const string Static = ProxySetup.UsualStatic + """
        log:
          level: INFO
        certificatesResolvers:
          le:
            acme:
              storage: "{dir}/volume/acme.json"
              httpChallenge: {entryPoint: web}

        """;

    [Theory]
    [InlineData("a read-only volume without a file", "", "mount -t tmpfs none volume && mount -o remount,ro volume", "volume/acme.json: the volume is read-only; mount it writable")]
    [InlineData("a file that others may read", "umask 022 && echo {} > volume/acme.json", ":", "permissions 644 for .*volume/acme.json are too open, please use 600")]
    [InlineData("a directory in its place", "mkdir volume/acme.json", ":", "volume/acme.json are too open")]
    [InlineData("no directory", "rmdir volume", ":", "no such file or directory; make the directory first")]
    [InlineData("a file that is no JSON", "umask 077 && echo what > volume/acme.json", ":", "volume/acme.json is not a valid acme.json")]
    public async Task TheResolverIsSkippedWithTheReason(string what, string before, string mount, string expected)
    {
        Assert.NotEmpty(what);
        var output = await OutputAsync(before, mount, "unshare --map-root-user --mount", "The ACME resolve is skipped");
        Assert.Matches("ERR.*The ACME resolve is skipped from the resolvers list: le: .*" + expected, output);
    }

    [Fact]
    public async Task AFileOfAnotherUserIsRefusedWithTheUserWhoseItShouldBe()
    {
        // In a user namespace without a map this process is nobody, and may do with files only what their owner's bits say.
        var output = await OutputAsync("umask 077 && echo {} > volume/acme.json && chmod 000 volume/acme.json", ":", "unshare --user", "The ACME resolve is skipped");
        Assert.Matches(@"ERR.*volume/acme.json: permission denied for the user of this process \(uid 65534\); chown the file and its directory to it, or use another place", output);
    }

    [Fact]
    public async Task AFileOnAReadOnlyVolumeIsServedAndTheLogWarnsThatNobodyElseIsKeptOut()
    {
        var output = await OutputAsync(
            ":", "mount -t tmpfs none volume && umask 077 && echo {} > volume/acme.json && mount -o remount,ro volume", "unshare --map-root-user --mount", "no lock file can be made");
        Assert.Matches("WRN.*no lock file can be made beside .*volume/acme.json .the volume is read-only; mount it writable.; make sure that no second instance uses it", output);
        Assert.DoesNotContain("skipped", output, StringComparison.Ordinal);
    }

    /// <summary>Starts the program in a namespace of its own, after two pieces of shell in its folder, and gives its output once it has said something and answers.</summary>
    private static async Task<string> OutputAsync(string before, string mount, string unshare, string awaited)
    {
        await using var program = await ProxyProcess.StartAsync(new ProxySetup
        {
            Static = Static,
            Wrapper = ["sh", "-c", $"mkdir volume && {(before.Length > 0 ? before : ":")} && exec {unshare} sh -c '{mount} && exec \"$0\" \"$@\"' \"$0\" \"$@\""],
        });
        await Eventually.HoldsAsync(awaited, () => program.Run.Output.Contains(awaited, StringComparison.Ordinal));
        return program.Run.Output;
    }
}
