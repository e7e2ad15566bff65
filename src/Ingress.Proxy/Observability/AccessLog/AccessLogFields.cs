using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>What becomes of each field and each header: kept, dropped, or its value hidden.</summary>
internal sealed class AccessLogFields
{
    private readonly bool[] kept;
    private readonly Dictionary<string, HeaderMode> headers = new(StringComparer.OrdinalIgnoreCase);
    private readonly HeaderMode otherHeaders;

    public AccessLogFields(AccessLogFieldsOptions options)
    {
        var names = new Dictionary<string, string>(options.Names, StringComparer.OrdinalIgnoreCase);
        kept = [.. Enum.GetNames<AccessLogField>().Select(name => IsKept(names.GetValueOrDefault(name, options.DefaultMode)))];
        KeepsQuery = IsKept(options.QueryParameters.DefaultMode);
        otherHeaders = ModeOf(options.Headers.DefaultMode);
        foreach (var (name, mode) in options.Headers.Names)
        {
            headers[HeaderText.Canonical(name)] = ModeOf(mode);
        }

        HasHeaders = otherHeaders != HeaderMode.Drop || headers.Values.Any(mode => mode != HeaderMode.Drop);
    }

    /// <summary>Whether the query belongs to the logged path.</summary>
    public bool KeepsQuery { get; }

    /// <summary>Whether any header can be logged at all.</summary>
    public bool HasHeaders { get; }

    public bool Keeps(AccessLogField field) => kept[(int)field];

    public HeaderMode ModeOfHeader(string name) => headers.GetValueOrDefault(name, otherHeaders);

    private static bool IsKept(string mode) => !mode.Equals("drop", StringComparison.OrdinalIgnoreCase);

    private static HeaderMode ModeOf(string mode) => mode.ToLowerInvariant() switch
    {
        "keep" => HeaderMode.Keep,
        "redact" => HeaderMode.Redact,
        _ => HeaderMode.Drop,
    };
}

/// <summary>What becomes of a header.</summary>
internal enum HeaderMode
{
    Drop,
    Keep,
    Redact,
}
