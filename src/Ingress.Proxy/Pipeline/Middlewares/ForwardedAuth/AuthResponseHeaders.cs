using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Expressions;
using Ingress.Proxy.Pipeline.Middlewares.HeaderEditing;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares.ForwardedAuth;

/// <summary>Puts headers of the auth server's answer into the request. A client's own headers of these names never get through.</summary>
internal sealed class AuthResponseHeaders
{
    private readonly string[] names;
    private readonly GoRegex? expression;

    public AuthResponseHeaders(IReadOnlyList<string> names, string expression)
    {
        this.names = [.. names.Select(HeaderText.Name).Where(name => !IsFraming(name))];
        try
        {
            this.expression = expression.Length > 0 ? GoRegex.Compile(expression) : null;
        }
        catch (GoRegexException fault)
        {
            throw new ConfigurationException($"error compiling regular expression {expression}: {fault.Message}", fault);
        }
    }

    /// <summary>Replaces the request's headers.</summary>
    public void Apply(IHeaderDictionary request, IHeaderDictionary answer)
    {
        foreach (var name in names)
        {
            TrustedHeaders.Remove(request, name);
            if (answer.TryGetValue(name, out var values) && values.Count > 0)
            {
                request[name] = values;
            }
        }

        if (expression is null)
        {
            return;
        }

        foreach (var name in Matching(request))
        {
            request.Remove(name);
        }

        foreach (var name in Matching(answer))
        {
            request[HeaderText.Canonical(name)] = answer[name];
        }
    }

    // These say how a message is framed and where it goes: the request's own must stay, and an answer's mean nothing in it.
    private static bool IsFraming(string name)
        => name.ToUpperInvariant() is "HOST" or "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "CONNECTION" or "UPGRADE" or "TRAILER" or "TE" or "KEEP-ALIVE";

    // A dash and an underscore are one to many servers, so a spelling with the other must not slip through.
    private List<string> Matching(IHeaderDictionary headers)
    {
        var matching = new List<string>();
        foreach (var (name, _) in headers)
        {
            if (name[0] != ':' && !IsFraming(name) && expression!.IsMatch(HeaderText.Canonical(name.Replace('_', '-'))))
            {
                matching.Add(name);
            }
        }

        return matching;
    }
}
