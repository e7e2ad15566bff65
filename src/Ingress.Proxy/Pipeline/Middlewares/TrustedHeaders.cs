using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>Headers by which a server learns from the proxy who the client is, and which no client may send itself.</summary>
internal static class TrustedHeaders
{
    /// <summary>Removes a header in every spelling: many servers read <c>X_User</c> and <c>x-user</c> as one.</summary>
    public static void Remove(IHeaderDictionary headers, string name)
    {
        headers.Remove(name);
        if (!name.AsSpan().ContainsAny('-', '_'))
        {
            return;
        }

        List<string>? spellings = null;
        foreach (var (present, _) in headers)
        {
            if (AreSame(present, name))
            {
                (spellings ??= []).Add(present);
            }
        }

        foreach (var spelling in spellings ?? [])
        {
            headers.Remove(spelling);
        }
    }

    /// <summary>Whether two names may be the same to a server: letter case and the kind of dash do not count.</summary>
    public static bool AreSame(string one, string other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (Folded(one[i]) != Folded(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The character for comparison.</summary>
    public static char Folded(char c) => c == '_' ? '-' : char.ToLowerInvariant(c);
}
