using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme.Storage;

/// <summary>
/// The failures of the last hour in a file beside acme.json, so that a process that restarts again and again does not spend more than the authority
/// allows. Made at the first failure; losing it is harmless.
/// </summary>
internal sealed partial class AttemptLog(string storagePath, ILogger<AttemptLog> logger)
{
    private readonly Lock access = new();
    private readonly string path = storagePath + ".attempts";
    private Dictionary<string, Dictionary<string, List<long>>>? resolvers;

    /// <summary>The failures by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>> Read(string resolver)
    {
        lock (access)
        {
            return Load().GetValueOrDefault(resolver, [])
                .ToDictionary(entry => entry.Key, entry => (IReadOnlyList<DateTimeOffset>)[.. entry.Value.Select(DateTimeOffset.FromUnixTimeSeconds)], StringComparer.Ordinal);
        }
    }

    public void Write(string resolver, IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>> failures)
    {
        lock (access)
        {
            var resolvers = Load();
            if (failures.Count == 0 && !resolvers.ContainsKey(resolver))
            {
                return;
            }

            resolvers[resolver] = failures.ToDictionary(entry => entry.Key, entry => entry.Value.Select(moment => moment.ToUnixTimeSeconds()).ToList(), StringComparer.Ordinal);
            try
            {
                DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(resolvers));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogNotKept(logger, path, failure.Message);
            }
        }
    }

    private Dictionary<string, Dictionary<string, List<long>>> Load()
    {
        if (resolvers is not null)
        {
            return resolvers;
        }

        try
        {
            resolvers = File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, List<long>>>>(File.ReadAllBytes(path)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            LogNotKept(logger, path, failure.Message);
        }

        return resolvers ??= [];
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Failed attempts are not kept over a restart, {Path}: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string path, string reason);
}
