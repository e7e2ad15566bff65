using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Storage;

/// <summary>
/// The failures of the last hour in a file beside acme.json, so that a process that restarts again and again does not spend more than the authority
/// allows. Made at the first failure; losing it is harmless.
/// </summary>
internal sealed partial class AttemptLog(string storagePath, ILogger<AttemptLog> logger)
{
    private readonly Lock _access = new();
    private readonly string _path = storagePath + ".attempts";
    private Dictionary<string, Dictionary<string, List<long>>>? _resolvers;

    /// <summary>The failures by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>> Read(string resolver)
    {
        lock (_access)
        {
            return Load().GetValueOrDefault(resolver, [])
                .ToDictionary(entry => entry.Key, entry => (IReadOnlyList<DateTimeOffset>)[.. entry.Value.Select(DateTimeOffset.FromUnixTimeSeconds)], StringComparer.Ordinal);
        }
    }

    public void Write(string resolver, IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>> failures)
    {
        lock (_access)
        {
            var resolvers = Load();
            if (failures.Count == 0 && !resolvers.ContainsKey(resolver))
            {
                return;
            }

            resolvers[resolver] = failures.ToDictionary(entry => entry.Key, entry => entry.Value.Select(moment => moment.ToUnixTimeSeconds()).ToList(), StringComparer.Ordinal);
            try
            {
                DurableFile.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(resolvers));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogNotKept(logger, _path, failure.Message);
            }
        }
    }

    private Dictionary<string, Dictionary<string, List<long>>> Load()
    {
        if (_resolvers is not null)
        {
            return _resolvers;
        }

        try
        {
            _resolvers = File.Exists(_path) ? JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, List<long>>>>(File.ReadAllBytes(_path)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            LogNotKept(logger, _path, failure.Message);
        }

        return _resolvers ??= [];
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Failed attempts are not kept over a restart, {Path}: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string path, string reason);
}
