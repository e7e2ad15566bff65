using Ingress.Proxy.Pipeline.Middlewares;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares;

public sealed class EncodedCharactersTests
{
    private static readonly EncodedCharactersOptions AllAllowed = new()
    {
        AllowEncodedSlash = true,
        AllowEncodedBackSlash = true,
        AllowEncodedNullCharacter = true,
        AllowEncodedSemicolon = true,
        AllowEncodedPercent = true,
        AllowEncodedQuestionMark = true,
        AllowEncodedHash = true,
    };

    [Theory]
    [InlineData("/a%2Fb")]
    [InlineData("/a%2fb")]
    [InlineData("/a%5Cb")]
    [InlineData("/a%00b")]
    [InlineData("/a%3Bb")]
    [InlineData("/a%25b")]
    [InlineData("/a%3Fb")]
    [InlineData("/a%20%23")]
    public async Task DeniesWhatIsNotAllowed(string target)
    {
        var denied = await new MiddlewareBench(target).RunAsync("encodedCharacters", new EncodedCharactersOptions());
        Assert.Equal(400, denied.Response.StatusCode);
        Assert.Equal("", denied.Response.BodyText);
        Assert.Equal(target, (await new MiddlewareBench(target).RunAsync("encodedCharacters", AllAllowed)).SeenTarget);
    }

    [Theory]
    [InlineData("/a?x=%2F%5C%25")]
    [InlineData("/a%20b%C3%A9%26")]
    [InlineData("/a/b;c=1")]
    public async Task LetsTheRestPass(string target)
        => Assert.True((await new MiddlewareBench(target).RunAsync("encodedCharacters", new EncodedCharactersOptions())).WasForwarded);

    [Fact]
    public async Task OneAllowedCharacterAllowsNoOther()
        => Assert.Equal(400, (await new MiddlewareBench("/a%2Fb%3Bc").RunAsync("encodedCharacters", new EncodedCharactersOptions { AllowEncodedSlash = true })).Response.StatusCode);
}
