using System.Text;

namespace Ingress.Proxy.Tls.Acme.Client;

/// <summary>Base64 as JSON Web Signatures spell it: the URL alphabet without padding.</summary>
internal static class Base64Url
{
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads the URL alphabet and, as authorities hand out keys in both, the ordinary one; padding may be there.</summary>
    public static byte[] Decode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text.Trim().TrimEnd('=').Replace('+', '-').Replace('/', '_'));
}
