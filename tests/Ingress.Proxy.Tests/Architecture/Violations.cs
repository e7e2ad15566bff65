namespace Ingress.Proxy.Tests.Architecture;

/// <summary>Reports everything that breaks a rule, each on its own line.</summary>
internal static class Violations
{
    /// <summary>Fails where there is any.</summary>
    public static void None(IEnumerable<string> found)
    {
        var list = found.ToList();
        Assert.True(list.Count == 0, $"{list.Count} found\n{string.Join('\n', list)}");
    }
}
