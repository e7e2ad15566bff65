namespace Ingress.Testing;

/// <summary>
/// How a <see cref="ProxyProcess"/> starts. In all texts <c>{web}</c> and <c>{api}</c> become its two free ports and <c>{dir}</c> its folder.
/// </summary>
public sealed record ProxySetup
{
    /// <summary>Two entry points on loopback, the API, ping, and the file provider on <c>dynamic.yml</c>.</summary>
    public const string UsualStatic = """
        entryPoints:
          web:
            address: "127.0.0.1:{web}"
          traefik:
            address: "127.0.0.1:{api}"
        api:
          insecure: true
        ping: {}
        providers:
          providersThrottleDuration: 100ms
          file:
            filename: "{dir}/dynamic.yml"
            watch: true

        """;

    /// <summary>The static configuration's text. Default: <see cref="UsualStatic"/>.</summary>
    public string Static { get; init; } = UsualStatic;

    /// <summary>The static configuration's file name, whose ending tells the spelling. Default: <c>static.yml</c>.</summary>
    public string StaticName { get; init; } = "static.yml";

    /// <summary>The text of <c>dynamic.yml</c>. Default: nothing configured.</summary>
    public string Dynamic { get; init; } = "";

    /// <summary>Further arguments. Default: none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>A program with arguments that starts the proxy, whose own command line follows them. Default: none.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>The address at which the proxy's entry points are reached. Default: 127.0.0.1.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Environment variables; null takes one out. Default: none.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();
}
