using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>The URL of an auth server, byte for byte as configured, with its credentials apart.</summary>
internal sealed class AuthAddress
{
    private AuthAddress(Uri uri, string? credentials, string text) => (Uri, Credentials, Text) = (uri, credentials, text);

    /// <summary>Where requests go.</summary>
    public Uri Uri { get; }

    /// <summary>The value of an Authorization header for the credentials in the address, or null.</summary>
    public string? Credentials { get; }

    /// <summary>The URL without credentials.</summary>
    public string Text { get; }

    /// <summary>Reads the address; false where it is no http or https URL.</summary>
    public static bool TryParse(string address, [NotNullWhen(true)] out AuthAddress? parsed)
    {
        parsed = null;
        var start = address.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3)
        {
            return false;
        }

        var end = address.AsSpan(start).IndexOfAny('/', '?', '#');
        var authority = end < 0 ? address[start..] : address[start..(start + end)];
        var at = authority.LastIndexOf('@');
        string? credentials = null;
        if (at >= 0)
        {
            credentials = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(authority[..at])));
            address = address.Remove(start, at + 1);
        }

        // Uri leaves an empty path empty here, and the request line needs one.
        var path = address.AsSpan(start).IndexOfAny('/', '?', '#');
        if (path < 0 || address[start + path] != '/')
        {
            address = address.Insert(path < 0 ? address.Length : start + path, "/");
        }

        if (!Uri.TryCreate(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.Host.Length == 0)
        {
            return false;
        }

        parsed = new AuthAddress(uri, credentials, address);
        return true;
    }
}
