using System.Runtime.InteropServices;

namespace Ingress.Proxy.Tls.Acme.Storage;

/// <summary>
/// Replaces a file so that a reader, or the next start after a crash, sees either the old text or the new one: write beside it, flush to disk, rename,
/// flush the directory. A file that can only be written in place has the new text beside it meanwhile, for <see cref="Finish"/> to find.
/// </summary>
internal static partial class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerBits = OwnerOnly | UnixFileMode.UserExecute;
    private const int OpenDirectory = 0x10000;

    // A draft that is older than the file belongs to no write that was interrupted.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(1);

    /// <summary>Where the new text is written before it takes its place.</summary>
    public static string DraftOf(string path) => path + ".new";

    /// <summary>Replaces the file, which keeps its mode except for what others could do with it. A symbolic link to the file stays one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> text)
    {
        path = TargetOf(path);
        var mode = File.Exists(path) ? File.GetUnixFileMode(path) & OwnerBits : OwnerOnly;
        if (File.Exists(path))
        {
            // Renaming would also work on a file that its owner made read-only; such a wish is respected.
            using var probe = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }

        var draft = DraftOf(path);
        if (!TryWriteDraft(draft, text, mode, mayFail: File.Exists(path)) || !TryMove(draft, path))
        {
            WriteInPlace(path, text);
            File.Delete(draft);
        }
    }

    /// <summary>The new text that a crash has kept from taking its place, or null. It may be incomplete.</summary>
    public static byte[]? ReadDraft(string path)
    {
        path = TargetOf(path);
        var draft = DraftOf(path);
        return File.Exists(draft) && File.GetLastWriteTimeUtc(draft) + LongestWrite > File.GetLastWriteTimeUtc(path) ? File.ReadAllBytes(draft) : null;
    }

    /// <summary>Ends a replacement that a crash has interrupted, with the whole text of the draft.</summary>
    public static void Finish(string path, ReadOnlySpan<byte> text)
    {
        path = TargetOf(path);
        var draft = DraftOf(path);
        if (!TryMove(draft, path))
        {
            WriteInPlace(path, text);
            File.Delete(draft);
        }
    }

    public static void CreateEmpty(string path)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
    }

    /// <summary>The file itself where the path is a symbolic link; a file that does not exist yet is no link.</summary>
    private static string TargetOf(string path) => File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    /// <summary>False where the directory takes no new file; a disk that is full is an error, because writing in place would then destroy what is there.</summary>
    private static bool TryWriteDraft(string draft, ReadOnlySpan<byte> text, UnixFileMode mode, bool mayFail)
    {
        FileStream file;
        try
        {
            File.Delete(draft);
            file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        }
        catch (Exception failure) when (mayFail && failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        using (file)
        {
            file.Write(text);
            File.SetUnixFileMode(file.SafeFileHandle, mode);
            file.Flush(flushToDisk: true);
        }

        return true;
    }

    /// <summary>False where the file cannot be replaced as a whole, such as one that is mounted on its own into a container.</summary>
    private static bool TryMove(string draft, string path)
    {
        try
        {
            File.Move(draft, path, overwrite: true);
            FlushDirectory(Path.GetDirectoryName(path)!);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && File.Exists(path))
        {
            return false;
        }
    }

    private static void WriteInPlace(string path, ReadOnlySpan<byte> text)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        file.Write(text);
        file.SetLength(text.Length);
        file.Flush(flushToDisk: true);
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
