using Ingress.Proxy.Configuration;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>Users as basicAuth and digestAuth list them, in the configuration and in a file.</summary>
internal static class UserFile
{
    /// <summary>The entries of the file, then those of the list, which win over equal names.</summary>
    public static IEnumerable<string> Entries(IReadOnlyList<string> users, string usersFile)
        => usersFile.Length == 0 ? users : [.. Read(usersFile), .. users];

    /// <summary>The parts of an entry; throws without telling what may be a secret where their number is another.</summary>
    public static string[] Split(string entry, int parts, string kind)
    {
        var split = entry.Split(':');
        if (split.Length == parts)
        {
            return split;
        }

        var form = parts == 2 ? "name:hash" : "name:realm:hash";
        throw new ConfigurationException($"error parsing {kind}: {split[0]} ({form} is needed, with no further colon)");
    }

    private static IEnumerable<string> Read(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationException($"open {path}: no such file or directory", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"open {path}: {fault.Message}", fault);
        }
    }
}
