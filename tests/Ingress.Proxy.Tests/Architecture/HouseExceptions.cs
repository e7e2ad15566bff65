namespace Ingress.Proxy.Tests.Architecture;

/// <summary>What may break a house figure, each with the reason.</summary>
internal static class HouseExceptions
{
    /// <summary>Files over 400 lines.</summary>
    public static IReadOnlyDictionary<string, string> LongFiles { get; } = new Dictionary<string, string>();

    /// <summary>Methods over 60 lines, as <c>path Method</c>.</summary>
    public static IReadOnlyDictionary<string, string> LongMethods { get; } = new Dictionary<string, string>();

    /// <summary>Folders of over 30 files.</summary>
    public static IReadOnlyDictionary<string, string> FullFolders { get; } = new Dictionary<string, string>
    {
        ["src/Ingress.Proxy/Pipeline/Middlewares"] = "one middleware is one file, and Traefik has that many",
        ["tests/Ingress.Proxy.Tests/Pipeline/Middlewares"] = "mirrors the middlewares",
    };

    /// <summary>Interfaces with one implementation in the product that are no doors.</summary>
    public static IReadOnlyDictionary<string, string> LonelyInterfaces { get; } = new Dictionary<string, string>
    {
        ["IObjectFamily"] = "one generic class implements it for every kind of object; the table of families needs a type without the parameter",
    };

    /// <summary>Classes that are neither sealed nor static nor abstract.</summary>
    public static IReadOnlyDictionary<string, string> OpenClasses { get; } = new Dictionary<string, string>
    {
        ["DuplexPipeStream"] = "ClientStream is one with a socket of its own",
        ["AcmeException"] = "AcmeProblemException is one with the authority's document",
    };
}
