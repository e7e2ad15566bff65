using System.Text.Json;

namespace Ingress.Providers.Docker;

/// <summary>The last containers that were read, kept in a file for a start while the engine is away.</summary>
internal sealed class ContainerSnapshot(string path)
{
    private string written = "";

    /// <summary>Whether a file was asked for.</summary>
    public bool IsWanted => path.Length > 0;

    /// <summary>What was kept; null where there is nothing.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="JsonException">The file holds something else.</exception>
    public Content? Read() => File.Exists(path) ? JsonSerializer.Deserialize<Content>(File.ReadAllText(path)) : null;

    /// <summary>Keeps what was read. The file is replaced as a whole and only its owner may read it, as labels may hold secrets.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(Content content)
    {
        var text = JsonSerializer.Serialize(content);
        if (text == written)
        {
            return;
        }

        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(text);
        }

        File.Move(temporary, path, overwrite: true);
        written = text;
    }

    /// <summary>What the file holds.</summary>
    /// <param name="Containers">The containers.</param>
    /// <param name="OwnNetworks">The networks of this proxy's own container.</param>
    internal sealed record Content(IReadOnlyList<Container> Containers, IReadOnlyList<string> OwnNetworks);
}
