using System.Net.Http.Headers;
using Ingress.Proxy.Pipeline.Transports.Http1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>Copies the header fields of a server's answer to the client's.</summary>
internal static class ResponseHeaders
{
    /// <summary>Copies the fields of an answer by HTTP/1.1.</summary>
    public static void Copy(Http1Response source, IHeaderDictionary target)
    {
        var connection = new StringValues(source.Connection);
        var dropNamed = source.Connection is not null && HopByHop.NamesOthers(connection);
        var isSwitch = (int)source.StatusCode == StatusCodes.Status101SwitchingProtocols;
        var isNotModified = (int)source.StatusCode == StatusCodes.Status304NotModified;
        foreach (var (name, value) in source.Fields)
        {
            if (HopByHop.IsHopByHop(name))
            {
                if (isSwitch)
                {
                    // The library takes these two from here.
                    source.Headers.TryAddWithoutValidation(name, value);
                }
                else if (source.IsChunked && name.Length == 7 && name.Equals("Trailer", StringComparison.OrdinalIgnoreCase))
                {
                    Add(target, name, value);
                }

                continue;
            }

            if ((dropNamed && HopByHop.HasToken(connection, name)) || (isNotModified && IsOfBody(name)) || (name.Length == 14 && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            Add(target, name, value);
        }

        if (source.Length >= 0 && MayHaveLength((int)source.StatusCode))
        {
            target.ContentLength = source.Length;
        }
    }

    /// <summary>Copies the fields of an answer that the client library read.</summary>
    public static void Copy(HttpResponseMessage source, IHeaderDictionary target)
    {
        var connection = source.Headers.NonValidated.TryGetValues("Connection", out var tokens) ? ToStringValues(tokens) : default;
        var dropNamed = connection.Count > 0 && HopByHop.NamesOthers(connection);
        Copy(source.Headers.NonValidated, target, dropNamed, connection);
        Copy(source.Content.Headers.NonValidated, target, dropNamed, connection);
        if (!MayHaveLength((int)source.StatusCode))
        {
            target.Remove("Content-Length");
        }

        if ((int)source.StatusCode == StatusCodes.Status304NotModified)
        {
            target.Remove("Content-Type");
        }

        if (source.Headers.NonValidated.TryGetValues("Trailer", out var announced))
        {
            target.Append("Trailer", ToStringValues(announced));
        }
    }

    /// <summary>Copies trailer fields.</summary>
    public static void CopyTrailers(HttpResponseMessage source, IHeaderDictionary target)
    {
        if (source is Http1Response { Trailers: { } trailers })
        {
            foreach (var (name, value) in trailers)
            {
                if (!HopByHop.IsHopByHop(name))
                {
                    Add(target, name, value);
                }
            }

            return;
        }

        foreach (var (name, values) in source.TrailingHeaders.NonValidated)
        {
            if (!HopByHop.IsHopByHop(name))
            {
                target[name] = ToStringValues(values);
            }
        }
    }

    /// <summary>Whether an answer has trailer fields.</summary>
    public static bool HasTrailers(HttpResponseMessage source) => source is Http1Response own ? own.Trailers is not null : source.TrailingHeaders.NonValidated.Count > 0;

    private static void Copy(HttpHeadersNonValidated source, IHeaderDictionary target, bool dropNamed, in StringValues connection)
    {
        foreach (var (name, values) in source)
        {
            if (HopByHop.IsHopByHop(name) || (dropNamed && HopByHop.HasToken(connection, name)))
            {
                continue;
            }

            var copied = ToStringValues(values);
            target[name] = target.TryGetValue(name, out var present) && present.Count > 0 ? StringValues.Concat(present, copied) : copied;
        }
    }

    private static void Add(IHeaderDictionary target, string name, string value)
        => target[name] = target.TryGetValue(name, out var present) && present.Count > 0 ? StringValues.Concat(present, value) : new StringValues(value);

    private static bool MayHaveLength(int status)
        => status is not (>= 100 and < 200 or StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified);

    // As Go's server does: an answer without a body says nothing of one.
    private static bool IsOfBody(string name) => name.Length == 12 && name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    private static StringValues ToStringValues(in HeaderStringValues values)
    {
        if (values.Count == 1)
        {
            return values.ToString();
        }

        var copy = new string[values.Count];
        var i = 0;
        foreach (var value in values)
        {
            copy[i++] = value;
        }

        return copy;
    }
}
