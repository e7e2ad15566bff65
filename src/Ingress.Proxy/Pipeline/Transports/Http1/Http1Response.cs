using System.Net;

namespace Ingress.Proxy.Pipeline.Transports.Http1;

/// <summary>An answer with its header fields as they came, one by one and in order, beside the library's own collections, which stay empty.</summary>
internal sealed class Http1Response : HttpResponseMessage
{
    /// <summary>The header fields.</summary>
    public List<KeyValuePair<string, string>> Fields { get; } = new(8);

    /// <summary>The trailer fields, known once the body has been read; null for none.</summary>
    public List<KeyValuePair<string, string>>? Trailers { get; set; }

    /// <summary>Whether the body is chunked.</summary>
    public bool IsChunked { get; set; }

    /// <summary>The length given; -1 for none.</summary>
    public long Length { get; set; } = -1;

    /// <summary>The Connection header, its lines joined; null for none.</summary>
    public string? Connection { get; set; }

    /// <summary>Whether trailer fields were announced for the body's end.</summary>
    public bool AnnouncesTrailers { get; set; }

    /// <summary>Whether it asks for, or has taken, a proof that is bound to the connection.</summary>
    public bool BindsConnection { get; set; }

    /// <summary>The body.</summary>
    public Stream? Body { get; set; }

    /// <summary>Whether the connection may serve another request.</summary>
    public bool KeepsConnection { get; set; }

    /// <summary>Whether this is not the answer yet, but a message on the way to it.</summary>
    public bool IsInterim => (int)StatusCode is >= 100 and < 200 && StatusCode != HttpStatusCode.SwitchingProtocols;
}

/// <summary>The body of an <see cref="Http1Response"/>.</summary>
internal sealed class Http1Content(Stream body) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(body);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Task.FromResult(body);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => body.CopyToAsync(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }

        base.Dispose(disposing);
    }
}
