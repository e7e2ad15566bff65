using Ingress.Proxy.Configuration.StaticModel;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;

namespace Ingress.Proxy.Observability.AccessLog;

/// <summary>What becomes of each field and each header: kept, dropped, or its value hidden.</summary>
internal sealed class AccessLogFields
{
    private readonly bool[] _kept;
    private readonly Dictionary<string, HeaderMode> _headers = new(StringComparer.OrdinalIgnoreCase);
    private readonly HeaderMode _otherHeaders;

    public AccessLogFields(AccessLogFieldsOptions options)
    {
        var names = new Dictionary<string, string>(options.Names, StringComparer.OrdinalIgnoreCase);
        _kept = [.. Enum.GetNames<AccessLogField>().Select(name => IsKept(names.GetValueOrDefault(name, options.DefaultMode)))];
        KeepsQuery = IsKept(options.QueryParameters.DefaultMode);
        _otherHeaders = ModeOf(options.Headers.DefaultMode);
        foreach (var (name, mode) in options.Headers.Names)
        {
            _headers[HeaderText.Canonical(name)] = ModeOf(mode);
        }

        HasHeaders = _otherHeaders != HeaderMode.Drop || _headers.Values.Any(mode => mode != HeaderMode.Drop);
    }

    /// <summary>Whether the query belongs to the logged path.</summary>
    public bool KeepsQuery { get; }

    /// <summary>Whether any header can be logged at all.</summary>
    public bool HasHeaders { get; }

    public bool Keeps(AccessLogField field) => _kept[(int)field];

    public HeaderMode ModeOfHeader(string name) => _headers.GetValueOrDefault(name, _otherHeaders);

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
