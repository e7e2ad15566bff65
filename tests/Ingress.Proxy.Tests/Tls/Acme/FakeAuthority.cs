using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Client;
using Ingress.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Tests.Tls.Acme;

/// <summary>
/// An authority on a clock of the test's choice, which believes every proof and can be told to answer anything to anything: for what a real one cannot be
/// brought to do, such as suggestions when to renew, waits by the hour, and months.
/// </summary>
internal sealed class FakeAuthority : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TimeProvider time;
    private readonly WebApplication web;
    private readonly X509Certificate2 root = Issuer("CN=Fake Root", null);
    private readonly X509Certificate2 otherRoot = Issuer("CN=Other Root", null);
    private readonly X509Certificate2 intermediate;
    private readonly X509Certificate2 crossSigned;
    private readonly ConcurrentDictionary<string, Order> orders = new();
    private readonly ConcurrentQueue<Call> calls = new();
    private int serial;

    private FakeAuthority(TimeProvider time)
    {
        this.time = time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        intermediate = Issuer("CN=Fake Intermediate", root, key);
        crossSigned = Issuer("CN=Fake Intermediate", otherRoot, key);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, Listen));
        web = builder.Build();
        web.Run(AnswerAsync);
    }

    /// <summary>A request that came in.</summary>
    public sealed record Call(string Path, JsonObject? Payload, DateTimeOffset At);

    /// <summary>How long a certificate lives.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a certificate takes to be made, and the seconds after which an order that waits for it should be looked at again.</summary>
    public (TimeSpan Time, int RetryAfter) Making { get; set; }

    /// <summary>Answers instead of the authority where it returns true. Gets the path, such as <c>/new-order</c>.</summary>
    public Func<HttpContext, string, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>The suggested window, and the seconds until the question should be asked again; null for none.</summary>
    public Func<(DateTimeOffset Start, DateTimeOffset End, int? RetryAfter)?> Suggest { get; set; } = () => null;

    public IReadOnlyList<Call> Calls => [.. calls];

    public string TrustFile => folder.File("server.crt");

    public string DirectoryUrl => Url("/dir");

    private string Address => web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<FakeAuthority> StartAsync(TimeProvider time)
    {
        var authority = new FakeAuthority(time);
        await authority.web.StartAsync();
        return authority;
    }

    /// <summary>The requests for a path, or for those that begin with it.</summary>
    public IReadOnlyList<Call> CallsTo(string path) => [.. calls.Where(call => call.Path.StartsWith(path, StringComparison.Ordinal))];

    /// <summary>Answers with a problem document.</summary>
    public static async Task<bool> RefuseAsync(HttpContext context, int status, string kind, string detail, int? retryAfter = null)
    {
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        context.Response.StatusCode = status;
        await WriteAsync(context, new JsonObject { ["type"] = "urn:ietf:params:acme:error:" + kind, ["detail"] = detail, ["status"] = status }, "application/problem+json");
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        foreach (var certificate in (X509Certificate2[])[root, otherRoot, intermediate, crossSigned])
        {
            certificate.Dispose();
        }

        folder.Dispose();
    }

    private static X509Certificate2 Issuer(string name, X509Certificate2? by, ECDsa? key = null)
    {
        using var own = key is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var request = new CertificateRequest(name, key ?? own!, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var (start, end) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
        if (by is null)
        {
            return request.CreateSelfSigned(start, end);
        }

        using var made = request.Create(by, start, end.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return made.CopyWithPrivateKey(key ?? own!);
    }

    private void Listen(ListenOptions listen)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(TrustFile, certificate.ExportCertificatePem());
        listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate });
    }

    private string Url(string path) => Address + path;

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var payload = context.Request.Method == "POST" ? await PayloadAsync(context) : null;
        calls.Enqueue(new Call(path, payload, time.GetUtcNow()));
        context.Response.Headers["Replay-Nonce"] = Guid.NewGuid().ToString("N");
        if (await Instead(context, path))
        {
            return;
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        await (parts switch
        {
            ["dir"] => WriteAsync(context, Directory()),
            ["nonce"] => Task.CompletedTask,
            ["new-account"] => RegisterAsync(context),
            ["new-order"] => PlaceAsync(context, payload!),
            ["order", var id] => WriteOrderAsync(context, id),
            ["authz", var id, var index] => WriteAsync(context, DescribeAuthorization(id, index)),
            ["challenge", var id, var index] => ProveAsync(context, id, index),
            ["finalize", var id] => FinalizeAsync(context, id, payload!),
            ["cert", var id] => WriteChainAsync(context, id, intermediate, alternate: true),
            ["cert", var id, "other"] => WriteChainAsync(context, id, crossSigned, alternate: false),
            ["renewal", _] => WriteSuggestionAsync(context),
            _ => RefuseAsync(context, 404, "malformed", "no such resource"),
        });
    }

    private JsonObject Directory() => new()
    {
        ["newNonce"] = Url("/nonce"),
        ["newAccount"] = Url("/new-account"),
        ["newOrder"] = Url("/new-order"),
        ["renewalInfo"] = Url("/renewal"),
        ["meta"] = new JsonObject { ["profiles"] = new JsonObject { ["shortlived"] = "six days" } },
    };

    private Task RegisterAsync(HttpContext context)
    {
        context.Response.StatusCode = 201;
        context.Response.Headers.Location = Url("/account/1");
        return WriteAsync(context, new JsonObject { ["status"] = "valid" });
    }

    private Task PlaceAsync(HttpContext context, JsonObject payload)
    {
        var id = Interlocked.Increment(ref serial).ToString(CultureInfo.InvariantCulture);
        var names = payload["identifiers"]!.AsArray().Select(identifier => identifier!["value"]!.GetValue<string>()).ToList();
        orders[id] = new Order(names);
        context.Response.StatusCode = 201;
        context.Response.Headers.Location = Url("/order/" + id);
        return WriteAsync(context, Describe(id));
    }

    private JsonObject Describe(string id)
    {
        var order = orders[id];
        var document = new JsonObject
        {
            ["status"] = order.MadeAt > time.GetUtcNow() ? "processing" : order.Certificate is not null ? "valid" : order.Proved.Count == order.Names.Count ? "ready" : "pending",
            ["authorizations"] = new JsonArray([.. order.Names.Select((_, index) => (JsonNode)Url($"/authz/{id}/{index}"))]),
            ["finalize"] = Url("/finalize/" + id),
        };
        if (order.Certificate is not null && order.MadeAt <= time.GetUtcNow())
        {
            document["certificate"] = Url("/cert/" + id);
        }

        return document;
    }

    private JsonObject DescribeAuthorization(string id, string index)
    {
        var order = orders[id];
        var name = order.Names[int.Parse(index, CultureInfo.InvariantCulture)];
        return new JsonObject
        {
            ["status"] = order.Proved.ContainsKey(index) ? "valid" : "pending",
            ["identifier"] = new JsonObject { ["type"] = "dns", ["value"] = name },
            ["challenges"] = new JsonArray(new JsonObject { ["type"] = "http-01", ["url"] = Url($"/challenge/{id}/{index}"), ["token"] = $"token-{id}-{index}", ["status"] = "pending" }),
        };
    }

    private Task ProveAsync(HttpContext context, string id, string index)
    {
        orders[id].Proved[index] = true;
        return WriteAsync(context, new JsonObject { ["type"] = "http-01", ["url"] = Url($"/challenge/{id}/{index}"), ["token"] = $"token-{id}-{index}", ["status"] = "valid" });
    }

    private Task FinalizeAsync(HttpContext context, string id, JsonObject payload)
    {
        var order = orders[id];
        var asked = CertificateRequest.LoadSigningRequest(
            Base64Url.Decode(payload["csr"]!.GetValue<string>()), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        asked.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(intermediate, true, false));
        var now = time.GetUtcNow();
        using var made = asked.Create(intermediate.SubjectName, X509SignatureGenerator.CreateForECDsa(intermediate.GetECDsaPrivateKey()!), now, now + Life, RandomNumberGenerator.GetBytes(16));
        (order.Certificate, order.MadeAt) = (made.ExportCertificatePem(), now + Making.Time);
        return WriteOrderAsync(context, id);
    }

    private Task WriteOrderAsync(HttpContext context, string id)
    {
        var document = Describe(id);
        if (document["status"]!.GetValue<string>() == "processing")
        {
            context.Response.Headers.RetryAfter = Making.RetryAfter.ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, document);
    }

    private Task WriteChainAsync(HttpContext context, string id, X509Certificate2 issuer, bool alternate)
    {
        if (alternate)
        {
            context.Response.Headers.Link = $"<{Url($"/cert/{id}/other")}>;rel=\"alternate\"";
        }

        context.Response.ContentType = "application/pem-certificate-chain";
        return context.Response.WriteAsync(orders[id].Certificate + "\n" + issuer.ExportCertificatePem() + "\n");
    }

    private Task WriteSuggestionAsync(HttpContext context)
    {
        if (Suggest() is not { } suggestion)
        {
            return RefuseAsync(context, 404, "malformed", "no suggestion");
        }

        if (suggestion.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, new JsonObject { ["suggestedWindow"] = new JsonObject { ["start"] = suggestion.Start.ToString("O"), ["end"] = suggestion.End.ToString("O") } });
    }

    private static async Task<JsonObject?> PayloadAsync(HttpContext context)
    {
        var message = await JsonNode.ParseAsync(context.Request.Body);
        return Base64Url.Decode(message!["payload"]!.GetValue<string>()) is { Length: > 0 } text ? JsonNode.Parse(text)!.AsObject() : null;
    }

    private static Task WriteAsync(HttpContext context, JsonObject document, string type = "application/json")
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(document.ToJsonString());
    }

    private sealed class Order(IReadOnlyList<string> names)
    {
        public IReadOnlyList<string> Names { get; } = names;

        public ConcurrentDictionary<string, bool> Proved { get; } = new();

        public string? Certificate { get; set; }

        public DateTimeOffset MadeAt { get; set; }
    }
}
