using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;

namespace Ingress.Proxy.Tests.Pipeline;

public sealed class StatusRangesTests
{
    [Theory]
    [InlineData(404, true)]
    [InlineData(405, false)]
    [InlineData(500, true)]
    [InlineData(599, true)]
    [InlineData(600, false)]
    public void BothBoundsArePartOfARange(int status, bool expected)
        => Assert.Equal(expected, StatusRanges.Parse(["404", "500-599"]).Contains(status));

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("500-x", "x")]
    [InlineData("", "")]
    [InlineData("500,503", "500,503")]
    public void NamesWhatIsNoNumber(string item, string named)
    {
        var fault = Assert.Throws<ConfigurationException>(() => StatusRanges.Parse([item]));
        Assert.Equal($"strconv.Atoi: parsing \"{named}\": invalid syntax", fault.Message);
    }
}
