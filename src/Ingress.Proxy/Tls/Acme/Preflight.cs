using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ingress.Proxy.Tls.Acme.Challenges;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// A look at names before their first order at a public authority: is the name public, does it resolve, does the port that the authority will come to reach
/// us? What it finds is a warning only, because a server inside a network often cannot see itself from outside.
/// </summary>
/// <param name="http">The HTTP challenge's pending proofs, or null where it is not set up: then port 80 does not matter.</param>
/// <param name="tls">The TLS challenge, or null where it is not set up: then port 443 does not matter.</param>
/// <param name="network">How names are looked up and connections made.</param>
internal sealed class Preflight(ChallengeTokens? http, TlsAlpn01Challenge? tls, PreflightNetwork network)
{
    private const int MostNames = 20;
    private const int LongestAnswer = 8192;

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
        var findings = await Task.WhenAll(names.Take(MostNames).Select(name => ExamineAsync(name, cancellation)));
        return string.Join("; ", findings.Where(finding => finding.Length > 0));
    }

    private async Task<string> ExamineAsync(string name, CancellationToken cancellation)
    {
        var bare = NameSets.IsWildcard(name) ? name[2..] : name;
        if (!bare.Contains('.', StringComparison.Ordinal) || HasPrivateEnding(bare))
        {
            return $"{bare} is not a public name, so a public authority will refuse it (use a domain of your own, or a local authority)";
        }

        if (NameSets.IsWildcard(name) || IPAddress.TryParse(bare, out _) || (http is null && tls is null))
        {
            return "";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            var addresses = await network.ResolveAsync(bare, limit.Token);
            if (Array.TrueForAll(addresses, IsPrivate))
            {
                return $"{bare} resolves to {string.Join(", ", addresses.Take(4).Select(address => address.ToString()))}, which the internet cannot reach";
            }

            // The TLS challenge is the first choice where both are set up.
            return tls is not null ? await LookAtTlsAsync(bare, tls, limit.Token) : await LookAtHttpAsync(bare, http!, limit.Token);
        }
        catch (SocketException failure)
        {
            return $"{bare} does not resolve ({failure.SocketErrorCode})";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"{bare}: no answer within {Limit.TotalSeconds:0} s from port {(tls is null ? 80 : 443)} (a router may not lead back to itself; from outside it may be open)";
        }
    }

    private async Task<string> LookAtHttpAsync(string name, ChallengeTokens tokens, CancellationToken cancellation)
    {
        var subject = Subject(name);
        tokens.Add(subject);
        try
        {
            await using var stream = await network.ConnectAsync(name, 80, cancellation);
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"GET {AcmeHttpService.PathPrefix}{subject.Token} HTTP/1.1\r\nHost: {name}\r\nUser-Agent: ingress\r\nConnection: close\r\n\r\n"), cancellation);
            var answer = new byte[LongestAnswer];
            var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation);
            var text = Encoding.ASCII.GetString(answer, 0, length);
            return text.Contains(subject.KeyAuthorization, StringComparison.Ordinal) ? "" : $"port 80 of {name} answers, but it is not this server ({FirstLine(text)})";
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            return $"port 80 of {name} cannot be reached from here ({failure.Message})";
        }
        finally
        {
            tokens.Remove(subject.Token);
        }
    }

    private async Task<string> LookAtTlsAsync(string name, TlsAlpn01Challenge challenge, CancellationToken cancellation)
    {
        if (challenge.Find(name) is not null)
        {
            // Another set with this name is being proved, which must not be disturbed.
            return "";
        }

        await challenge.PresentAsync(Subject(name), cancellation);
        var expected = challenge.Find(name)!;
        X509Certificate? shown = null;
        try
        {
            await using var stream = await network.ConnectAsync(name, 443, cancellation);
            await using var client = new SslStream(stream);
            await client.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    ApplicationProtocols = [new SslApplicationProtocol(TlsAlpn01Challenge.Protocol)],
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = certificate) is not null,
                },
                cancellation);
            return shown!.GetRawCertData().AsSpan().SequenceEqual(expected.RawData) ? "" : $"port 443 of {name} answers, but it is not this server (certificate {shown.Subject})";
        }
        catch (AuthenticationException)
        {
            return $"port 443 of {name} answers, but it is not this server (it does not speak {TlsAlpn01Challenge.Protocol})";
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            return $"port 443 of {name} cannot be reached from here ({failure.Message})";
        }
        finally
        {
            await challenge.CleanUpAsync(Subject(name), CancellationToken.None);
        }
    }

    private static ChallengeSubject Subject(string name) => new(name, "preflight-" + Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));

    private static string FirstLine(string text) => string.Concat(text.TakeWhile(letter => !char.IsControl(letter)).Take(60)) is { Length: > 0 } line ? line : "no HTTP";

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

/// <summary>The network as <see cref="Preflight"/> sees it.</summary>
internal sealed record PreflightNetwork
{
    /// <summary>The addresses of a name; throws a <see cref="SocketException"/> where there are none.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync { get; init; } = System.Net.Dns.GetHostAddressesAsync;

    /// <summary>A connection to a port of a name.</summary>
    public Func<string, int, CancellationToken, Task<Stream>> ConnectAsync { get; init; } = async (name, port, cancellation) =>
    {
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(name, port, cancellation);
            return client.GetStream();
        }
        catch
        {
            client.Dispose();
            throw;
        }
    };
}
