using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Challenges;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Proxy.Tls.Acme.Ordering;
using Ingress.Proxy.Tls.Acme.Storage;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tls.Acme;

/// <summary>Deals with one authority for one resolver: has the account, places orders, asks for suggestions.</summary>
internal sealed partial class OrderDesk(
    AcmeOptions options, IReadOnlyList<IChallenge> challenges, IAccountShelf shelf, Func<string, string?> environment, TimeProvider time, ILogger logger) : IDisposable
{
    // Making a large RSA key keeps a core busy for seconds, which requests under way should not all feel at once.
    private static readonly SemaphoreSlim KeyMaking = new(1);

    private readonly SemaphoreSlim opening = new(1);
    private HttpClient? http;
    private AcmeClient? client;
    private DateTimeOffset directoryAge;

    /// <summary>Orders a certificate and gives it as the storage keeps it.</summary>
    public async Task<StoredCertificate> OrderAsync(IReadOnlyList<string> names, CertificateKey? key, string? replaces, int failures, CancellationToken cancellation)
    {
        var client = await OpenAsync(cancellation);
        using var made = key is null ? await MakeKeyAsync(cancellation) : null;
        try
        {
            return await RunAsync(client, names, key ?? made!, replaces, failures, cancellation);
        }
        catch (AcmeProblemException unknown) when (unknown.Problem.Kind == "accountDoesNotExist")
        {
            // The key is as good as ever, and making another takes seconds that a certificate near its end may not have.
            LogAccountGone(logger, options.CaServer);
            shelf.Account = shelf.Account is { } gone ? gone with { RegistrationUrl = "", RegistrationBody = null } : null;
            await CloseAsync(cancellation);
            client = await OpenAsync(cancellation);
            return await RunAsync(client, names, key ?? made!, replaces, failures, cancellation);
        }
    }

    /// <summary>The authority's suggestion when to renew a certificate, or null where it makes none.</summary>
    public async Task<RenewalSuggestion?> SuggestAsync(string certificateId, CancellationToken cancellation)
    {
        var client = await OpenAsync(cancellation, register: false);
        var directory = await client.DirectoryAsync(cancellation);
        return directory.RenewalInfo is null ? null : RenewalSuggestion.Read(await client.GetAsync(directory.RenewalInfo.TrimEnd('/') + "/" + certificateId, cancellation));
    }

    public void Dispose()
    {
        http?.Dispose();
        client?.Key.Dispose();
        opening.Dispose();
    }

    private async Task<StoredCertificate> RunAsync(
        AcmeClient client, IReadOnlyList<string> names, CertificateKey key, string? replaces, int failures, CancellationToken cancellation)
    {
        // With several challenges set up, each failure makes another one the first choice.
        var order = challenges.Count > 1 && failures > 0 ? [.. challenges.Skip(failures % challenges.Count), .. challenges.Take(failures % challenges.Count)] : challenges;
        var run = new OrderRun
        {
            Client = client,
            Options = options,
            Names = names,
            Key = key,
            Challenges = order.Count > 0 ? order : throw new AcmeException("ACME challenge not specified, please select TLS or HTTP or DNS Challenge"),
            Replaces = replaces,
            Time = time,
            Logger = logger,
        };
        var chain = await run.RunAsync(cancellation);
        return new StoredCertificate(names[0], [.. names.Skip(1)], Encoding.ASCII.GetBytes(chain), Encoding.ASCII.GetBytes(key.ExportPem()));
    }

    private async Task<CertificateKey> MakeKeyAsync(CancellationToken cancellation)
    {
        await KeyMaking.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => CertificateKey.Create(options.KeyType), cancellation);
        }
        finally
        {
            KeyMaking.Release();
        }
    }

    /// <summary>The client with its account, made once and shared by all orders.</summary>
    private async Task<AcmeClient> OpenAsync(CancellationToken cancellation, bool register = true)
    {
        await opening.WaitAsync(cancellation);
        try
        {
            http ??= CaConnection.Open(options, environment);
            client ??= new AcmeClient(http, options.CaServer, await FindKeyAsync(cancellation), time);
            if (time.GetUtcNow() - directoryAge > TimeSpan.FromHours(1))
            {
                client.ForgetDirectory();
                directoryAge = time.GetUtcNow();
            }

            if (register && client.AccountUrl is null)
            {
                await RegisterAsync(client, cancellation);
            }

            return client;
        }
        finally
        {
            opening.Release();
        }
    }

    private async Task<AccountKey> FindKeyAsync(CancellationToken cancellation)
    {
        if (shelf.Account is { PrivateKey.Length: > 0 } stored)
        {
            if (stored.RegistrationUrl.Length > 0 && !SameHost(stored.RegistrationUrl, options.CaServer))
            {
                LogOtherAuthority(logger);
                shelf.Account = null;
            }
            else
            {
                try
                {
                    return AccountKey.Import(stored.PrivateKey);
                }
                catch (CryptographicException)
                {
                    LogBrokenKey(logger);
                    shelf.Account = null;
                }
            }
        }

        await KeyMaking.WaitAsync(cancellation);
        try
        {
            return await Task.Run(AccountKey.Create, cancellation);
        }
        finally
        {
            KeyMaking.Release();
        }
    }

    private async Task RegisterAsync(AcmeClient client, CancellationToken cancellation)
    {
        if (shelf.Account is { RegistrationUrl.Length: > 0 } stored)
        {
            client.AccountUrl = stored.RegistrationUrl;
            return;
        }

        LogRegister(logger, options.CaServer, options.Eab is null ? "" : " with external account binding");
        try
        {
            var reply = await client.RegisterAsync(options.Email, options.Eab, cancellation);
            shelf.Account = new StoredAccount(options.Email, Body(reply), client.AccountUrl!, client.Key.Export());
        }
        catch (AcmeException)
        {
            // The authority may be another one after its restart; the next try reads its directory again.
            client.ForgetDirectory();
            throw;
        }
    }

    private async Task CloseAsync(CancellationToken cancellation)
    {
        await opening.WaitAsync(cancellation);
        client = null;
        opening.Release();
    }

    /// <summary>The members that Traefik keeps of the account document.</summary>
    private static JsonObject Body(AcmeReply reply)
    {
        var document = JsonNode.Parse(reply.Json().GetRawText())!.AsObject();
        var kept = new JsonObject();
        foreach (var name in (string[])["status", "contact", "termsOfServiceAgreed", "orders", "externalAccountBinding"])
        {
            if (document[name] is { } value && value is not JsonArray { Count: 0 })
            {
                kept[name] = value.DeepClone();
            }
        }

        return kept;
    }

    private static bool SameHost(string one, string other) =>
        Uri.TryCreate(one, UriKind.Absolute, out var first) && Uri.TryCreate(other, UriKind.Absolute, out var second)
        && string.Equals(first.Host, second.Host, StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(Level = LogLevel.Information, Message = "Registering an account at {Authority}{Binding}")]
    private static partial void LogRegister(ILogger logger, string authority, string binding);

    [LoggerMessage(Level = LogLevel.Information, Message = "Account URI does not match the current CAServer. The account will be reset.")]
    private static partial void LogOtherAuthority(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The account key in the storage cannot be read; a new account is made")]
    private static partial void LogBrokenKey(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Authority} does not know the stored account any more; a new one is made")]
    private static partial void LogAccountGone(ILogger logger, string authority);
}

/// <summary>Where an account is kept.</summary>
internal interface IAccountShelf
{
    StoredAccount? Account { get; set; }
}
