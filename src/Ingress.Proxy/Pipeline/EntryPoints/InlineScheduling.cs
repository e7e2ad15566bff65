namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>
/// Running a connection's work on the thread that polls its socket saves two hand-overs a request. It pays only when client and server sockets both do so,
/// and the runtime reads its half from the environment variable below before the program starts.
/// </summary>
internal static class InlineScheduling
{
    /// <summary>The runtime's switch for inline socket completions.</summary>
    public const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Whether this process runs with inline completions.</summary>
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable(Variable) == "1";
}
