using System.Globalization;
using System.IO.Compression;

namespace Ingress.Proxy.Observability;

/// <summary>How a log file is rotated: the full one gets a time in its name and is compressed, and old ones are removed.</summary>
/// <param name="MostBytes">The size at which a file is full.</param>
/// <param name="MostFiles">How many rotated files are kept; 0 is all.</param>
/// <param name="MostDays">How many days rotated files are kept; 0 is for ever.</param>
/// <param name="Time">The clock.</param>
internal sealed record FileRotation(long MostBytes, int MostFiles, int MostDays, TimeProvider Time)
{
    /// <summary>Moves the full file away; the caller has closed it.</summary>
    public void Rotate(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var name = Path.GetFileNameWithoutExtension(path);
        var extension = Path.GetExtension(path);
        var stamp = Time.GetUtcNow().ToString("yyyy-MM-ddTHH-mm-ss.fff", CultureInfo.InvariantCulture);
        var rotated = Path.Combine(folder, $"{name}-{stamp}{extension}");
        File.Move(path, rotated, overwrite: true);
        Compress(rotated);
        RemoveOld(folder, $"{name}-*{extension}.gz");
    }

    private static void Compress(string path)
    {
        using (var source = File.OpenRead(path))
        using (var target = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest))
        {
            source.CopyTo(target);
        }

        File.Delete(path);
    }

    private void RemoveOld(string folder, string pattern)
    {
        var files = Directory.GetFiles(folder, pattern);
        Array.Sort(files, StringComparer.Ordinal);
        for (var index = 0; index < files.Length; index++)
        {
            var isTooMany = MostFiles > 0 && index < files.Length - MostFiles;
            var isTooOld = MostDays > 0 && File.GetLastWriteTimeUtc(files[index]) < Time.GetUtcNow().UtcDateTime.AddDays(-MostDays);
            if (isTooMany || isTooOld)
            {
                File.Delete(files[index]);
            }
        }
    }
}
