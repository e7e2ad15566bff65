using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>The auth server's whole answer.</summary>
internal sealed class AuthAnswer
{
    /// <summary>Its status.</summary>
    public required int Status { get; init; }

    /// <summary>Its headers.</summary>
    public required IHeaderDictionary Headers { get; init; }

    /// <summary>Its body; empty where the answer lets the request pass.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether the request may pass.</summary>
    public bool IsPass => IsPassing(Status);

    /// <summary>Whether it was larger than allowed, so that nothing in it counts.</summary>
    public bool IsTooLarge { get; init; }

    /// <summary>Whether this status lets a request pass.</summary>
    public static bool IsPassing(int status) => status is >= 200 and < 300;
}
