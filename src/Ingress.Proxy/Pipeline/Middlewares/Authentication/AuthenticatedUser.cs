using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.Authentication;

/// <summary>What the server is told of a user that was let in.</summary>
internal sealed class AuthenticatedUser
{
    private readonly string headerField;
    private readonly bool removesAuthorization;

    public AuthenticatedUser(string headerField, bool removesAuthorization)
    {
        this.headerField = headerField;
        this.removesAuthorization = removesAuthorization;
        if (headerField.Length > 0)
        {
            HeaderText.Check(headerField);
        }
    }

    /// <summary>Edits the request's headers.</summary>
    public void Apply(IHeaderDictionary headers, string user)
    {
        if (headerField.Length > 0)
        {
            TrustedHeaders.Remove(headers, headerField);
            headers[headerField] = user;
        }

        if (removesAuthorization)
        {
            headers.Remove("Authorization");
        }
    }
}
