using System.Globalization;
using System.Text;

namespace Ingress.Providers.Files;

/// <summary>
/// Tells when files change, however that happens: rewritten in place, replaced by rename, or reached by a link that now leads elsewhere, as in a mounted
/// ConfigMap. The system's notices wake it at once; a slow look at the files catches what gives no notice.
/// </summary>
internal sealed class FileWatcher : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    // Where something else in the directory is written all the time, such as a log, it never gets quiet.
    private const int MostWaitsForQuiet = 20;

    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Lock gate = new();
    private readonly Dictionary<string, FileSystemWatcher> watchers = new(StringComparer.Ordinal);
    private HashSet<string> watched = new(StringComparer.Ordinal);
    private string folder = "";
    private string stamp = "";
    private bool forced;

    /// <summary>Asks for a reading whether or not anything has changed.</summary>
    public void Wake()
    {
        Volatile.Write(ref forced, true);
        Signal();
    }

    /// <summary>Says what to watch from now on: a directory's own entries, the files read, and further files that they name.</summary>
    public void Watch(string folder, IEnumerable<string> files, IEnumerable<string> references)
    {
        var watched = new HashSet<string>(files.Where(file => Path.GetDirectoryName(file) == folder).Concat(references), StringComparer.Ordinal);
        var folders = watched.Select(file => Path.GetDirectoryName(file)!).Append(folder).Where(Directory.Exists).ToHashSet(StringComparer.Ordinal);
        lock (gate)
        {
            (this.folder, this.watched) = (folder, watched);
            stamp = Stamp();
            foreach (var gone in watchers.Keys.Where(known => !folders.Contains(known)).ToList())
            {
                watchers.Remove(gone, out var watcher);
                watcher!.Dispose();
            }

            foreach (var added in folders.Where(added => !watchers.ContainsKey(added)))
            {
                watchers[added] = Start(added);
            }
        }
    }

    /// <summary>Waits until something has changed and has been quiet for a moment.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await wake.WaitAsync(LookInterval, cancellation).ConfigureAwait(false);
            for (var waits = 0; waits < MostWaitsForQuiet && await wake.WaitAsync(Quiet, cancellation).ConfigureAwait(false); waits++)
            {
                // A file that is being written announces every piece; reading it now would read a half.
            }

            if (Interlocked.Exchange(ref forced, false) || HasChanged())
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var watcher in watchers.Values)
            {
                watcher.Dispose();
            }

            watchers.Clear();
            folder = "";
        }
    }

    private bool HasChanged()
    {
        lock (gate)
        {
            return folder.Length > 0 && Stamp() != stamp;
        }
    }

    private FileSystemWatcher Start(string folder)
    {
        var watcher = new FileSystemWatcher(folder)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Changed += (_, change) => Noticed(change.FullPath);
        watcher.Created += (_, _) => Signal();
        watcher.Deleted += (_, _) => Signal();
        watcher.Renamed += (_, change) => Noticed(change.FullPath);
        watcher.Error += (_, _) => Wake();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    /// <summary>A watched file may be written twice within the resolution of its time; its notice counts by itself.</summary>
    private void Noticed(string path)
    {
        bool isWatched;
        lock (gate)
        {
            isWatched = watched.Contains(path);
        }

        if (isWatched)
        {
            Wake();
        }
        else
        {
            Signal();
        }
    }

    private void Signal()
    {
        lock (wake)
        {
            if (wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
    }

    /// <summary>What can be seen of the files without reading them.</summary>
    private string Stamp()
    {
        var stamp = new StringBuilder();
        foreach (var file in watched.Concat(Candidates()).Distinct().Order(StringComparer.Ordinal))
        {
            var info = new FileInfo(file);
            var target = info.Exists ? (FileSystemInfo?)info.ResolveLinkTarget(returnFinalTarget: true) ?? info : info;
            stamp.Append(CultureInfo.InvariantCulture, $"{file}|{target.FullName}|{target.LastWriteTimeUtc.Ticks}|{(target is FileInfo { Exists: true } present ? present.Length : -1)}\n");
        }

        return stamp.ToString();
    }

    private IEnumerable<string> Candidates()
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { AttributesToSkip = 0 })
                .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".yml" or ".yaml" or ".toml")];
        }
        catch (IOException)
        {
            // The directory is not there; it may come.
            return [];
        }
    }
}
