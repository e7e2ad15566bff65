using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ingress.Proxy.Tls.Acme.Storage;

/// <summary>One acme.json. Several resolvers may share it; what it holds for resolvers that are not configured is kept.</summary>
internal sealed partial class AcmeStorage : IDisposable
{
    private const UnixFileMode OthersBits =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly Lock access = new();
    private SortedDictionary<string, StoredResolver> resolvers = new(StringComparer.Ordinal);
    private FileStream? ownership;
    private DateTime readAt;

    private AcmeStorage(string path) => Path = path;

    /// <summary>The file, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>Whether this process may write the file. Another instance with the same file only reads it until the owner ends.</summary>
    public bool Owned { get; private set; }

    /// <summary>What is unusual about the lock file, for the log, or null.</summary>
    public string? LockFinding { get; private set; }

    /// <summary>Opens the file and reads it; makes it where it is missing.</summary>
    /// <exception cref="StorageException">The file must not be used; the message says why and what to do.</exception>
    public static AcmeStorage Open(string path)
    {
        var storage = new AcmeStorage(System.IO.Path.GetFullPath(path));
        storage.Check(path);
        storage.TakeOwnership();
        storage.resolvers = storage.ReadFile();
        return storage;
    }

    public StoredResolver Read(string resolver)
    {
        lock (access)
        {
            return resolvers.GetValueOrDefault(resolver, StoredResolver.Empty);
        }
    }

    /// <summary>Keeps what a resolver has now and writes the file. The memory has it even when writing fails.</summary>
    /// <exception cref="StorageException">The file cannot be written.</exception>
    public void Write(string resolver, StoredResolver content)
    {
        lock (access)
        {
            resolvers[resolver] = content;
            if (!Owned)
            {
                return;
            }

            try
            {
                DurableFile.Replace(Path, StorageFormat.Write(resolvers));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new StorageException($"{Path} cannot be written, so certificates are lost at the next restart: {Words(failure)}", failure);
            }
        }
    }

    /// <summary>For an instance that is not the owner: takes over when the owner is gone, or reads what it wrote. True when there is something new.</summary>
    public bool Follow()
    {
        lock (access)
        {
            if (Owned || !File.Exists(Path))
            {
                return false;
            }

            TakeOwnership();
            if (!Owned && File.GetLastWriteTimeUtc(Path) == readAt)
            {
                return false;
            }

            resolvers = ReadFile();
            return true;
        }
    }

    public void Dispose() => ownership?.Dispose();

    private void Check(string given)
    {
        try
        {
            if (!File.Exists(Path) && !Directory.Exists(Path))
            {
                DurableFile.CreateEmpty(Path);
            }

            var mode = File.GetUnixFileMode(Path);
            if ((mode & OthersBits) != 0)
            {
                throw new StorageException($"permissions {Convert.ToString((int)mode, 8)} for {given} are too open, please use 600");
            }
        }
        catch (DirectoryNotFoundException failure)
        {
            throw new StorageException($"open {given}: no such file or directory; make the directory first", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"open {given}: {Words(failure)}", failure);
        }
    }

    private SortedDictionary<string, StoredResolver> ReadFile()
    {
        try
        {
            if (Owned && Interrupted() is { } whole)
            {
                return whole;
            }

            readAt = File.GetLastWriteTimeUtc(Path);
            return StorageFormat.Read(File.ReadAllBytes(Path));
        }
        catch (JsonException failure)
        {
            throw new StorageException($"{Path} is not a valid acme.json: {failure.Message} Mend it, or move it away to start with an empty one", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"open {Path}: {Words(failure)}", failure);
        }
    }

    /// <summary>What a crash has kept from being written, which is finished now; null where there is nothing, or only a part.</summary>
    private SortedDictionary<string, StoredResolver>? Interrupted()
    {
        if (DurableFile.ReadDraft(Path) is not { Length: > 0 } draft)
        {
            return null;
        }

        try
        {
            var whole = StorageFormat.Read(draft);
            DurableFile.Finish(Path, draft);
            return whole;
        }
        catch (JsonException)
        {
            // The crash came while the draft was written, so the file itself has not been touched.
            return null;
        }
    }

    private void TakeOwnership()
    {
        var lockFile = Path + ".lock";
        try
        {
            // The runtime puts an exclusive flock on it, which ends with the process however that ends.
            ownership = new FileStream(lockFile, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            Owned = true;
            LockFinding = null;
        }
        catch (UnauthorizedAccessException failure)
        {
            Owned = true;
            LockFinding = $"no lock file can be made beside {Path} ({Words(failure)}); make sure that no second instance uses it";
        }
        catch (IOException failure) when (File.Exists(lockFile) && !IsReadOnlyVolume(failure))
        {
            Owned = false;
            LockFinding = $"another instance uses {Path}; this one serves its certificates, and orders only once the other has ended";
        }
        catch (IOException failure)
        {
            Owned = true;
            LockFinding = $"no lock file can be made beside {Path} ({Words(failure)}); make sure that no second instance uses it";
        }
    }

    private static bool IsReadOnlyVolume(Exception failure) => failure.Message.Contains("Read-only", StringComparison.OrdinalIgnoreCase);

    private static string Words(Exception failure) => failure switch
    {
        UnauthorizedAccessException => $"permission denied for the user of this process (uid {UserId()}); chown the file and its directory to it, or use another place",
        _ when IsReadOnlyVolume(failure) => "the volume is read-only; mount it writable",
        _ => failure.Message,
    };

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();
}

/// <summary>Why a storage file cannot be used, and what to do about it.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
