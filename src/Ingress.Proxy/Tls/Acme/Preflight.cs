using System.Net;
using System.Net.Sockets;
using Ingress.Proxy.Tls.Acme.Challenges;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// A look at names before their first order at a public authority: is the name public, does it resolve, does port 80 reach us? What it finds is a warning
/// only, because a server inside a network often cannot see itself from outside.
/// </summary>
internal sealed class Preflight(bool looksAtPort80, ChallengeTokens tokens, HttpMessageInvoker http)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly string[] PrivateEndings =
    [
        "local", "localhost", "lan", "internal", "intranet", "private", "corp", "home", "localdomain", "home.arpa", "test", "example", "invalid", "onion", "alt",
    ];

    /// <summary>Whether an authority validates names over the public network.</summary>
    public static bool Concerns(string caServer)
    {
        if (!Uri.TryCreate(caServer, UriKind.Absolute, out var url))
        {
            return false;
        }

        return IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) ? !IsPrivate(address) : url.Host.Contains('.', StringComparison.Ordinal) && !HasPrivateEnding(url.Host);
    }

    /// <summary>What is wrong with the names, in sentences; empty when nothing is.</summary>
    public async Task<string> ExamineAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var findings = await Task.WhenAll(names.Take(20).Select(name => ExamineAsync(name, cancellation)));
        return string.Join("; ", findings.Where(finding => finding.Length > 0));
    }

    private async Task<string> ExamineAsync(string name, CancellationToken cancellation)
    {
        var bare = NameSets.IsWildcard(name) ? name[2..] : name;
        if (!bare.Contains('.', StringComparison.Ordinal) || HasPrivateEnding(bare))
        {
            return $"{bare} is not a public name, so a public authority will refuse it (use the DNS challenge with a domain of your own, or a local authority)";
        }

        if (NameSets.IsWildcard(name) || IPAddress.TryParse(bare, out _))
        {
            return "";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            var addresses = await System.Net.Dns.GetHostAddressesAsync(bare, limit.Token);
            if (Array.TrueForAll(addresses, IsPrivate))
            {
                return $"{bare} resolves to {string.Join(", ", addresses.Take(4).Select(address => address.ToString()))}, which the internet cannot reach";
            }

            return looksAtPort80 ? await AskOurselvesAsync(bare, limit.Token) : "";
        }
        catch (SocketException failure)
        {
            return looksAtPort80 ? $"{bare} does not resolve ({failure.SocketErrorCode})" : "";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"{bare}: no answer within {Limit.TotalSeconds:0} s";
        }
    }

    private async Task<string> AskOurselvesAsync(string name, CancellationToken cancellation)
    {
        var subject = new ChallengeSubject(name, "preflight-" + Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));
        tokens.Add(subject);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{name}{AcmeHttpService.PathPrefix}{subject.Token}");
            using var response = await http.SendAsync(request, cancellation);
            var text = response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(cancellation) : "";
            return text.Trim() == subject.KeyAuthorization ? "" : $"port 80 of {name} answers, but it is not this server (status {(int)response.StatusCode})";
        }
        catch (HttpRequestException failure)
        {
            return $"port 80 of {name} cannot be reached from here ({failure.Message})";
        }
        finally
        {
            tokens.Remove(subject.Token);
        }
    }

    private static bool HasPrivateEnding(string name) =>
        Array.Exists(PrivateEndings, ending => name.Equals(ending, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + ending, StringComparison.OrdinalIgnoreCase));

    private static bool IsPrivate(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal)
        {
            return true;
        }

        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        return bytes[0] is 0 or 10 or 127 || (bytes[0], bytes[1]) is (192, 168) or (169, 254) || (bytes[0] == 172 && bytes[1] is >= 16 and <= 31)
            || (bytes[0] == 100 && bytes[1] is >= 64 and <= 127);
    }
}
