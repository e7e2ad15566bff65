using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.Authentication;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Authentication;

public sealed class UserFileTests
{
    [Fact]
    public void TheListComesAfterTheFileAndSoWins()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("users", "# people\nfile:1\n\n  spaced:2  \n#x:3\n");
        Assert.Equal(["file:1", "spaced:2", "list:4"], UserFile.Entries(["list:4"], file));
    }

    [Fact]
    public void AMissingFileIsNamed()
        => Assert.Equal("open /missing/users: no such file or directory", Assert.Throws<ConfigurationException>(() => UserFile.Entries([], "/missing/users")).Message);

    [Theory]
    [InlineData("justaname", 2)]
    [InlineData("justaname:realm:topsecret", 2)]
    [InlineData("justaname:topsecret", 3)]
    public void AMalformedEntryIsNamedWithoutItsSecret(string entry, int parts)
    {
        var fault = Assert.Throws<ConfigurationException>(() => UserFile.Split(entry, parts, "BasicUser"));
        Assert.StartsWith("error parsing BasicUser: justaname", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", fault.Message, StringComparison.Ordinal);
    }
}
