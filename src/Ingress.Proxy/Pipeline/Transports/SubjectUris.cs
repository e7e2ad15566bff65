using System.Formats.Asn1;

namespace Ingress.Proxy.Pipeline.Transports;

/// <summary>The URIs of a certificate's subject alternative names, which the framework does not list.</summary>
internal static class SubjectUris
{
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>Whether the extension's value has this URI.</summary>
    public static bool Contains(byte[] extension, string uri)
    {
        try
        {
            var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    if (names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag) == uri)
                    {
                        return true;
                    }
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            // A certificate that cannot be read has no URI.
        }

        return false;
    }
}
