using System.Globalization;
using System.Text;
using Ingress.Proxy;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Templating;
using Microsoft.Extensions.Logging;

namespace Ingress.Providers.Files;

/// <summary>Finds, renders, decodes and joins the files of the provider.</summary>
internal sealed partial class ConfigurationFiles(FilesOptions options, ILogger logger)
{
    private static readonly DecoderSettings Settings = new() { Catalogs = ProxyCatalogs.All };

    private static readonly DynamicConfiguration Empty = new()
    {
        Http = new HttpConfiguration
        {
            Routers = new Dictionary<string, HttpRouterConfig>(),
            Services = new Dictionary<string, HttpServiceConfig>(),
            Middlewares = new Dictionary<string, HttpMiddlewareConfig>(),
            ServersTransports = new Dictionary<string, ServersTransportConfig>(),
        },
        Tcp = new TcpConfiguration
        {
            Routers = new Dictionary<string, TcpRouterConfig>(),
            Services = new Dictionary<string, TcpServiceConfig>(),
            Middlewares = new Dictionary<string, TcpMiddlewareConfig>(),
            ServersTransports = new Dictionary<string, TcpServersTransportConfig>(),
        },
        Udp = new UdpConfiguration { Routers = new Dictionary<string, UdpRouterConfig>(), Services = new Dictionary<string, UdpServiceConfig>() },
        Tls = new TlsConfiguration { Options = new Dictionary<string, TlsOptionsConfig>(), Stores = new Dictionary<string, TlsStoreConfig>() },
    };

    /// <summary>The configuration of all files, or null where one of them is unusable; why is in the log by then.</summary>
    public DynamicConfiguration? Load()
    {
        try
        {
            if (options.Directory.Length == 0)
            {
                return LoadFile(options.Filename);
            }

            var joined = Empty;
            foreach (var file in FilesOf(options.Directory))
            {
                if (LoadFile(file) is not { } loaded)
                {
                    return null;
                }

                joined = Join(joined, loaded, file);
            }

            return joined;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, error.Message);
            return null;
        }
    }

    /// <summary>A text that changes with the watched files: those of the directory itself, or the file, and the certificates they name.</summary>
    public string Fingerprint(IReadOnlyList<string> certificates)
    {
        try
        {
            IEnumerable<string> watched = options.Directory.Length > 0
                ? Directory.Exists(options.Directory) ? Directory.EnumerateFiles(options.Directory).Where(IsConfiguration).Order(StringComparer.Ordinal) : []
                : [options.Filename];
            return FingerprintOf([.. watched, .. certificates]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    /// <summary>A text that changes with these files' contents, as their time and size tell; links are followed.</summary>
    public static string FingerprintOf(IReadOnlyList<string> paths)
    {
        var text = new StringBuilder();
        foreach (var path in paths)
        {
            FileSystemInfo file = new FileInfo(path);
            file = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            text.Append(CultureInfo.InvariantCulture, $"{path}|{file.FullName}|{file.LastWriteTimeUtc.Ticks}|{(file is FileInfo { Exists: true } info ? info.Length : -1)}\n");
        }

        return text.ToString();
    }

    /// <summary>The files that the TLS section names; a change of one is a change of the configuration.</summary>
    public static IReadOnlyList<string> CertificatesOf(DynamicConfiguration configuration)
    {
        if (configuration.Tls is not { } tls)
        {
            return [];
        }

        var paths = new List<string>();
        foreach (var certificate in (tls.Certificates ?? []).Concat((tls.Stores ?? new Dictionary<string, TlsStoreConfig>()).Values.Select(store => store.DefaultCertificate).OfType<TlsCertificateConfig>()))
        {
            paths.Add(certificate.CertFile);
            paths.Add(certificate.KeyFile);
        }

        foreach (var tlsOptions in (tls.Options ?? new Dictionary<string, TlsOptionsConfig>()).Values)
        {
            paths.AddRange(tlsOptions.ClientAuth?.CaFiles ?? []);
        }

        return [.. paths.Where(path => path.Length > 0 && !path.Contains("-----BEGIN", StringComparison.Ordinal))];
    }

    private static bool IsConfiguration(string path) => Path.GetExtension(path).ToLowerInvariant() is ".toml" or ".yaml" or ".yml";

    private static IEnumerable<string> FilesOf(string directory)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal))
        {
            if (Directory.Exists(entry))
            {
                foreach (var file in FilesOf(entry))
                {
                    yield return file;
                }
            }
            else if (IsConfiguration(entry))
            {
                yield return entry;
            }
        }
    }

    private DynamicConfiguration? LoadFile(string path)
    {
        string text;
        try
        {
            text = GoTemplate.Parse(path, File.ReadAllText(path)).Execute(false);
        }
        catch (TemplateException error)
        {
            LogFault(logger, path + ": " + error.Message);
            return null;
        }

        if (options.DebugLogGeneratedTemplate)
        {
            LogRendered(logger, path, text);
        }

        var read = Path.GetExtension(path).Equals(".toml", StringComparison.OrdinalIgnoreCase) ? TomlReader.Read(text, path) : YamlReader.Read(text, path);
        if (read.Root is null && read.Faults.Count == 0)
        {
            return Empty;
        }

        var decoded = read.Root is null ? null : Decoder.Decode<DynamicConfiguration>(read.Root, Settings with { IgnoresUnknownRoots = true });
        foreach (var fault in read.Faults.Concat(decoded?.Faults ?? []))
        {
            LogFault(logger, fault.ToString());
        }

        foreach (var warning in decoded?.Warnings ?? [])
        {
            LogWarning(logger, warning.ToString());
        }

        return decoded is { Succeeded: true } && read.Faults.Count == 0 ? decoded.Value : null;
    }

    private DynamicConfiguration Join(DynamicConfiguration all, DynamicConfiguration more, string file) => new()
    {
        Http = new HttpConfiguration
        {
            Routers = Joined("HTTP router", all.Http?.Routers, more.Http?.Routers, file),
            Services = Joined("HTTP service", all.Http?.Services, more.Http?.Services, file),
            Middlewares = Joined("HTTP middleware", all.Http?.Middlewares, more.Http?.Middlewares, file),
            ServersTransports = Joined("HTTP servers transport", all.Http?.ServersTransports, more.Http?.ServersTransports, file),
        },
        Tcp = new TcpConfiguration
        {
            Routers = Joined("TCP router", all.Tcp?.Routers, more.Tcp?.Routers, file),
            Services = Joined("TCP service", all.Tcp?.Services, more.Tcp?.Services, file),
            Middlewares = Joined("TCP middleware", all.Tcp?.Middlewares, more.Tcp?.Middlewares, file),
            ServersTransports = Joined("TCP servers transport", all.Tcp?.ServersTransports, more.Tcp?.ServersTransports, file),
        },
        Udp = new UdpConfiguration
        {
            Routers = Joined("UDP router", all.Udp?.Routers, more.Udp?.Routers, file),
            Services = Joined("UDP service", all.Udp?.Services, more.Udp?.Services, file),
        },
        Tls = new TlsConfiguration
        {
            Certificates = [.. all.Tls?.Certificates ?? [], .. more.Tls?.Certificates ?? []],
            Options = Joined("TLS options", all.Tls?.Options, more.Tls?.Options, file),
            Stores = Joined("TLS store", all.Tls?.Stores, more.Tls?.Stores, file),
        },
    };

    private Dictionary<string, T> Joined<T>(string kind, IReadOnlyDictionary<string, T>? first, IReadOnlyDictionary<string, T>? second, string file)
    {
        var joined = new Dictionary<string, T>(first ?? new Dictionary<string, T>(), StringComparer.Ordinal);
        foreach (var (name, value) in second ?? new Dictionary<string, T>())
        {
            if (!joined.TryAdd(name, value))
            {
                LogDuplicate(logger, kind, name, file);
            }
        }

        return joined;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The file provider cannot read its files: {Reason}; the last good configuration stays")]
    private static partial void LogUnreadable(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Fault}; the last good configuration stays")]
    private static partial void LogFault(ILogger logger, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Name} of {File} is already configured in an earlier file, skipping")]
    private static partial void LogDuplicate(ILogger logger, string kind, string name, string file);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{File} renders as:\n{Text}")]
    private static partial void LogRendered(ILogger logger, string file, string text);
}
