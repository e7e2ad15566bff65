using System.Runtime.InteropServices;

namespace Ingress.Proxy.Tls.Acme.Storage;

/// <summary>
/// Replaces a file so that a reader, or the next start after a crash, sees either the old text or the new one: write beside it, flush to disk, rename,
/// flush the directory.
/// </summary>
internal static partial class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int OpenDirectory = 0x10000;

    /// <summary>Where the new text is written before it takes its place.</summary>
    public static string DraftOf(string path) => path + ".new";

    /// <summary>Replaces the file and keeps its mode. The file's directory, or a symbolic link to the file, stays as it is.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> text)
    {
        path = TargetOf(path);
        var mode = File.Exists(path) ? File.GetUnixFileMode(path) : OwnerOnly;
        if (File.Exists(path))
        {
            // Renaming would also work on a file that its owner made read-only; such a wish is respected.
            using var probe = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }

        var draft = DraftOf(path);
        try
        {
            WriteDraft(draft, text, mode);
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && File.Exists(path))
        {
            // A file mounted on its own into a container can only be written in place. The draft stays until that is done, see Recover.
            WriteInPlace(path, text);
            TryDelete(draft);
            return;
        }

        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The draft that a crash in the middle of writing in place has left, or null.</summary>
    public static byte[]? ReadDraft(string path)
    {
        var draft = DraftOf(TargetOf(path));
        return File.Exists(draft) ? File.ReadAllBytes(draft) : null;
    }

    /// <summary>The file itself where the path is a symbolic link; a file that does not exist yet is no link.</summary>
    private static string TargetOf(string path) => File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    public static void CreateEmpty(string path)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
    }

    private static void WriteDraft(string draft, ReadOnlySpan<byte> text, UnixFileMode mode)
    {
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using var file = new FileStream(draft, options);
        file.Write(text);
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        file.Flush(flushToDisk: true);
    }

    private static void WriteInPlace(string path, ReadOnlySpan<byte> text)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        file.Write(text);
        file.SetLength(text.Length);
        file.Flush(flushToDisk: true);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is equal to the file itself now, and the next write replaces it.
        }
    }

    private static void FlushDirectory(string directory)
    {
        var descriptor = Open(directory, OpenDirectory);
        if (descriptor >= 0)
        {
            // Some file systems refuse to flush a directory; the rename is as safe as they make it.
            _ = Fsync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
