using Ingress.Proxy.Configuration.DynamicModel;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Files;

/// <summary>
/// Puts the content of certificate files in the place of their names, as Traefik does, so that a renewed file is another configuration; and keeps the names, so
/// that the files can be watched.
/// </summary>
internal sealed partial class FileReferences(ILogger logger)
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <summary>The files that were named and exist.</summary>
    public IReadOnlyCollection<string> Seen => seen;

    /// <summary>The configuration with contents in the place of names.</summary>
    public DynamicConfiguration Inline(DynamicConfiguration configuration) => configuration with
    {
        Http = configuration.Http! with { ServersTransports = Each(configuration.Http.ServersTransports, Transport) },
        Tcp = configuration.Tcp! with { ServersTransports = Each(configuration.Tcp.ServersTransports, TcpTransport) },
        Tls = configuration.Tls! with
        {
            Certificates = Pairs(configuration.Tls.Certificates),
            Options = Each(configuration.Tls.Options, Options),
            Stores = Each(configuration.Tls.Stores, Store),
        },
    };

    private static Dictionary<string, T> Each<T>(IReadOnlyDictionary<string, T>? all, Func<T, T> change) =>
        (all ?? new Dictionary<string, T>()).ToDictionary(pair => pair.Key, pair => change(pair.Value), StringComparer.Ordinal);

    private ServersTransportConfig Transport(ServersTransportConfig transport) =>
        transport with { RootCas = Contents(transport.RootCas), Certificates = Pairs(transport.Certificates) };

    private TcpServersTransportConfig TcpTransport(TcpServersTransportConfig transport) => transport.Tls is not { } tls
        ? transport
        : transport with { Tls = tls with { RootCas = Contents(tls.RootCas), Certificates = Pairs(tls.Certificates) } };

    private TlsOptionsConfig Options(TlsOptionsConfig options) => options.ClientAuth is not { } clients
        ? options
        : options with { ClientAuth = clients with { CaFiles = Contents(clients.CaFiles) } };

    private TlsStoreConfig Store(TlsStoreConfig store) =>
        store.DefaultCertificate is { } pair && Pair(pair) is var inlined ? store with { DefaultCertificate = inlined } : store;

    private List<TlsCertificateConfig> Pairs(IReadOnlyList<TlsCertificateConfig>? pairs) => [.. (pairs ?? []).Select(Pair).OfType<TlsCertificateConfig>()];

    private TlsCertificateConfig? Pair(TlsCertificateConfig pair) =>
        Content(pair.CertFile) is { } certificate && Content(pair.KeyFile) is { } key ? pair with { CertFile = certificate, KeyFile = key } : null;

    private List<string> Contents(IReadOnlyList<string> values) => [.. values.Select(Content).OfType<string>()];

    /// <summary>The content of a file of this name, the value itself where there is none, or null where the file cannot be read.</summary>
    private string? Content(string value)
    {
        if (value.Length == 0 || value.Contains('\n', StringComparison.Ordinal) || !File.Exists(value))
        {
            return value;
        }

        seen.Add(Path.GetFullPath(value));
        try
        {
            return File.ReadAllText(value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, value, exception.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The certificate file {File} cannot be read and is left out: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string file, string reason);
}
