using System.Buffers;
using Ingress.Proxy.Pipeline.Transports;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>What a connection turns out to be.</summary>
internal enum ConnectionKind
{
    /// <summary>More bytes are needed to tell.</summary>
    Unknown,

    /// <summary>Clear text: HTTP/1 or anything else.</summary>
    ClearText,

    /// <summary>HTTP/2 in clear text, by prior knowledge.</summary>
    ClearTextHttp2,

    /// <summary>TLS, with its whole hello.</summary>
    Tls,

    /// <summary>A PostgreSQL client that asks for TLS.</summary>
    Postgres,

    /// <summary>TLS of a version that nobody should speak.</summary>
    AncientTls,
}

/// <summary>Tells by its first bytes what a connection is.</summary>
internal static class FirstBytes
{
    private const byte TlsHandshake = 0x16;
    private const byte AncientHello = 0x80;

    private static ReadOnlySpan<byte> Http2Preface => "PRI * HTTP/2.0\r\n"u8;

    /// <summary>Looks at what has arrived, which is at least one byte. At the end of input there is no more to wait for.</summary>
    public static ConnectionKind Look(ReadOnlySequence<byte> bytes, bool isEnd, out ClientHello hello)
    {
        hello = ClientHello.Silent;
        switch (bytes.FirstSpan[0])
        {
            case TlsHandshake:
                return ClientHello.TryRead(bytes, out hello) || isEnd ? ConnectionKind.Tls : ConnectionKind.Unknown;
            case AncientHello:
                return ConnectionKind.AncientTls;
        }

        if (StartsAlike(bytes, PostgresStart.Request.Span, out var isPostgres))
        {
            return isPostgres ? ConnectionKind.Postgres : isEnd ? ConnectionKind.ClearText : ConnectionKind.Unknown;
        }

        if (StartsAlike(bytes, Http2Preface, out var isHttp2))
        {
            return isHttp2 ? ConnectionKind.ClearTextHttp2 : isEnd ? ConnectionKind.ClearText : ConnectionKind.Unknown;
        }

        return ConnectionKind.ClearText;
    }

    // Whether the bytes are a beginning of the pattern or begin with it.
    private static bool StartsAlike(ReadOnlySequence<byte> bytes, ReadOnlySpan<byte> pattern, out bool isWhole)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(bytes.Length, pattern.Length)];
        bytes.Slice(0, start.Length).CopyTo(start);
        isWhole = start.Length == pattern.Length;
        return pattern.StartsWith(start);
    }
}
