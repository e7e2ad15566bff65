using System.Text;
using Ingress.Proxy.Tls.Acme.Storage;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme.Storage;

public sealed class AcmeStorageTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("acme.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void AMissingFileIsMadeForItsOwnerOnly()
    {
        using var storage = AcmeStorage.Open(Path);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path));
        Assert.Equal(0, new FileInfo(Path).Length);
        Assert.Same(StoredResolver.Empty, storage.Read("le"));
    }

    [Theory]
    [InlineData("644")]
    [InlineData("640")]
    [InlineData("660")]
    [InlineData("601")]
    public void AFileThatOthersMayReadIsRefusedAndLeftAsItIs(string mode)
    {
        Make("{}", mode);
        var refusal = Assert.Throws<StorageException>(() => AcmeStorage.Open(Path));
        Assert.Equal($"permissions {mode} for {Path} are too open, please use 600", refusal.Message);
        Assert.Equal("{}", File.ReadAllText(Path));
        Assert.Equal(mode, Mode());
    }

    [Theory]
    [InlineData("600")]
    [InlineData("700")]
    [InlineData("400")]
    public void AFileOfItsOwnerAloneIsUsedAndKeepsItsMode(string mode)
    {
        Make("{}", mode);
        using var storage = AcmeStorage.Open(Path);
        storage.Write("le", StoredResolver.Empty);
        Assert.Equal(mode, Mode());
        Assert.Contains("\"le\"", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNotJsonIsRefusedAndLeftAsItIs()
    {
        Make("what?", "600");
        var refusal = Assert.Throws<StorageException>(() => AcmeStorage.Open(Path));
        Assert.Contains(Path + " is not a valid acme.json", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("what?", File.ReadAllText(Path));
    }

    [Fact]
    public void AMissingDirectoryIsNamed()
    {
        var refusal = Assert.Throws<StorageException>(() => AcmeStorage.Open(folder.File("no/acme.json")));
        Assert.Contains("no such file or directory", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryInPlaceOfTheFileIsRefused()
    {
        Directory.CreateDirectory(Path);
        Assert.Contains("are too open", Assert.Throws<StorageException>(() => AcmeStorage.Open(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ResolversThatAreNotConfiguredAreKept()
    {
        Make("""{"old":{"Account":null,"Certificates":[{"domain":{"main":"a"},"certificate":"AA==","key":"AA==","Store":"default"}]}}""", "600");
        using (var storage = AcmeStorage.Open(Path))
        {
            storage.Write("le", StoredResolver.Empty);
        }

        using var again = AcmeStorage.Open(Path);
        Assert.Single(again.Read("old").Certificates);
    }

    [Fact]
    public void ASecondInstanceReadsUntilTheFirstHasEnded()
    {
        var first = AcmeStorage.Open(Path);
        using var second = AcmeStorage.Open(Path);
        Assert.True(first.Owned);
        Assert.False(second.Owned);
        Assert.Contains("another instance uses " + Path, second.LockFinding!, StringComparison.Ordinal);

        second.Write("le", StoredResolver.Empty);
        Assert.Equal(0, new FileInfo(Path).Length);

        first.Write("le", new StoredResolver(null, [new StoredCertificate("a.test", [], [1], [2])]));
        Assert.True(second.Follow());
        Assert.Single(second.Read("le").Certificates);
        Assert.False(second.Follow());

        first.Dispose();
        Assert.True(second.Follow());
        Assert.True(second.Owned);
    }

    [Fact]
    public void ALinkToTheFileStaysALink()
    {
        Make("{}", "600");
        var link = folder.File("link.json");
        File.CreateSymbolicLink(link, Path);
        using var storage = AcmeStorage.Open(link);
        storage.Write("le", StoredResolver.Empty);
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Contains("\"le\"", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Fact]
    public void ADraftLeftByACrashInTheMiddleOfWritingInPlaceIsTakenUp()
    {
        Make("""{"le": {"Acc""", "600");
        File.WriteAllBytes(DurableFile.DraftOf(Path), Encoding.UTF8.GetBytes("""{"le":{"Certificates":[{"domain":{"main":"a"},"certificate":"AA==","key":"AA=="}]}}"""));
        using var storage = AcmeStorage.Open(Path);
        Assert.Single(storage.Read("le").Certificates);
    }

    private void Make(string text, string mode)
    {
        File.WriteAllText(Path, text);
        File.SetUnixFileMode(Path, (UnixFileMode)Convert.ToInt32(mode, 8));
    }

    private string Mode() => Convert.ToString((int)File.GetUnixFileMode(Path), 8);
}
