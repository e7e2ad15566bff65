using System.Buffers.Binary;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Finds the media type of a body from its first bytes, by the rules of https://mimesniff.spec.whatwg.org/ as far as Go applies them.</summary>
internal static class MediaTypeSniffer
{
    /// <summary>So many bytes at most are looked at.</summary>
    public const int Length = 512;

    private static readonly byte[][] HtmlTags =
    [
        [.. "<!DOCTYPE HTML"u8], [.. "<HTML"u8], [.. "<HEAD"u8], [.. "<SCRIPT"u8], [.. "<IFRAME"u8], [.. "<H1"u8], [.. "<DIV"u8], [.. "<FONT"u8],
        [.. "<TABLE"u8], [.. "<A"u8], [.. "<STYLE"u8], [.. "<TITLE"u8], [.. "<B"u8], [.. "<BODY"u8], [.. "<BR"u8], [.. "<P"u8], [.. "<!--"u8],
    ];

    // Each with the offset and the bytes of a second part, for container formats.
    private static readonly Signature[] Signatures =
    [
        new([.. "%PDF-"u8], "application/pdf"),
        new([.. "%!PS-Adobe-"u8], "application/postscript"),
        new([0xFE, 0xFF], "text/plain; charset=utf-16be", MinLength: 4),
        new([0xFF, 0xFE], "text/plain; charset=utf-16le", MinLength: 4),
        new([0xEF, 0xBB, 0xBF], "text/plain; charset=utf-8", MinLength: 4),
        new([0, 0, 1, 0], "image/x-icon"),
        new([0, 0, 2, 0], "image/x-icon"),
        new([.. "BM"u8], "image/bmp"),
        new([.. "GIF87a"u8], "image/gif"),
        new([.. "GIF89a"u8], "image/gif"),
        new([.. "RIFF"u8], "image/webp", [.. "WEBPVP"u8]),
        new([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        new([0xFF, 0xD8, 0xFF], "image/jpeg"),
        new([.. "FORM"u8], "audio/aiff", [.. "AIFF"u8]),
        new([.. "ID3"u8], "audio/mpeg"),
        new([.. "OggS\0"u8], "application/ogg"),
        new([0x4D, 0x54, 0x68, 0x64, 0, 0, 0, 6], "audio/midi"),
        new([.. "RIFF"u8], "video/avi", [.. "AVI "u8]),
        new([.. "RIFF"u8], "audio/wave", [.. "WAVE"u8]),
    ];

    private static readonly Signature[] LaterSignatures =
    [
        new([0x1A, 0x45, 0xDF, 0xA3], "video/webm"),
        new([.. new byte[34], (byte)'L', (byte)'P'], "application/vnd.ms-fontobject"),
        new([0, 1, 0, 0], "font/ttf"),
        new([.. "OTTO"u8], "font/otf"),
        new([.. "ttcf"u8], "font/collection"),
        new([.. "wOFF"u8], "font/woff"),
        new([.. "wOF2"u8], "font/woff2"),
        new([0x1F, 0x8B, 0x08], "application/x-gzip"),
        new([0x50, 0x4B, 0x03, 0x04], "application/zip"),
        new([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00], "application/x-rar-compressed"),
        new([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00], "application/x-rar-compressed"),
        new([0x00, 0x61, 0x73, 0x6D], "application/wasm"),
    ];

    /// <summary>The type that the bytes look like; <c>application/octet-stream</c> where they look like nothing known.</summary>
    public static string Find(ReadOnlySpan<byte> data)
    {
        data = data[..Math.Min(data.Length, Length)];
        var text = data.TrimStart("\t\n\f\r "u8);
        foreach (var tag in HtmlTags)
        {
            if (IsTag(text, tag))
            {
                return "text/html; charset=utf-8";
            }
        }

        if (text.StartsWith("<?xml"u8))
        {
            return "text/xml; charset=utf-8";
        }

        return Find(Signatures, data)
            ?? (IsMp4(data) ? "video/mp4" : null)
            ?? Find(LaterSignatures, data)
            ?? (IsText(text) ? "text/plain; charset=utf-8" : "application/octet-stream");
    }

    private static string? Find(Signature[] signatures, ReadOnlySpan<byte> data)
    {
        foreach (var signature in signatures)
        {
            if (data.Length >= signature.MinLength
                && data.StartsWith(signature.Start)
                && (signature.AtEight is null || (data.Length >= 8 && data[8..].StartsWith(signature.AtEight))))
            {
                return signature.Type;
            }
        }

        return null;
    }

    private static bool IsTag(ReadOnlySpan<byte> text, byte[] tag)
    {
        if (text.Length <= tag.Length || text[tag.Length] is not ((byte)' ' or (byte)'>'))
        {
            return false;
        }

        return System.Text.Ascii.EqualsIgnoreCase(text[..tag.Length], tag);
    }

    private static bool IsMp4(ReadOnlySpan<byte> data)
    {
        if (data.Length < 12)
        {
            return false;
        }

        var box = BinaryPrimitives.ReadUInt32BigEndian(data);
        if (box % 4 != 0 || data.Length < box || !data[4..].StartsWith("ftyp"u8))
        {
            return false;
        }

        for (var at = 8; at < box; at += 4)
        {
            // The four bytes at 12 are a version, not a brand.
            if (at != 12 && data[at..].StartsWith("mp4"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsText(ReadOnlySpan<byte> data)
    {
        foreach (var b in data)
        {
            if (b <= 0x08 || b == 0x0B || b is >= 0x0E and <= 0x1A || b is >= 0x1C and <= 0x1F)
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Signature(byte[] Start, string Type, byte[]? AtEight = null, int MinLength = 0);
}
