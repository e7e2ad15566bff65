using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ingress.Proxy.Tls.Acme.Client;

namespace Ingress.Proxy.Tls.Acme.Dns;

/// <summary>
/// Finds the keys of Amazon Web Services as its own tools do (environment, shared file, container, machine) and signs requests with them (Signature
/// Version 4).
/// </summary>
internal sealed class AwsCredentials(ProviderEnvironment environment, ProviderSetup setup, HttpClient http)
{
    private const string Region = "us-east-1";
    private const string Service = "route53";

    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    private Keys? keys;

    private sealed record Keys(string Id, string Secret, string? Session, DateTimeOffset End);

    public async Task SignAsync(HttpRequestMessage request, string body)
    {
        if (keys is null || keys.End - Refresh < setup.Time.GetUtcNow())
        {
            keys = await FindAsync();
        }

        var now = setup.Time.GetUtcNow();
        var moment = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{moment[..8]}/{Region}/{Service}/aws4_request";
        var url = request.RequestUri!;
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = url.Authority, ["x-amz-date"] = moment };
        if (keys.Session is { } session)
        {
            headers["x-amz-security-token"] = session;
        }

        var names = string.Join(';', headers.Keys);
        var query = string.Join('&', url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        var canonical = string.Join('\n', request.Method.Method, url.AbsolutePath, query, string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n")), names, Hex(body));
        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", moment, scope, Hex(canonical));
        var key = Encoding.UTF8.GetBytes("AWS4" + keys.Secret);
        foreach (var part in (string[])[moment[..8], Region, Service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        foreach (var (name, value) in headers.Where(header => header.Key != "host"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={keys.Id}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    private async Task<Keys> FindAsync()
    {
        if (environment.Find("AWS_ACCESS_KEY_ID") is { } id && environment.FindSecret("AWS_SECRET_ACCESS_KEY") is { } secret)
        {
            return new Keys(id, secret, environment.FindSecret("AWS_SESSION_TOKEN"), DateTimeOffset.MaxValue);
        }

        return FromSharedFile() ?? await FromContainerAsync() ?? await FromMachineAsync();
    }

    private Keys? FromSharedFile()
    {
        var file = environment.Find("AWS_SHARED_CREDENTIALS_FILE") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", "credentials");
        if (!File.Exists(file))
        {
            return null;
        }

        var profile = environment.Find("AWS_PROFILE") ?? "default";
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var inProfile = false;
        foreach (var line in File.ReadAllLines(file).Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                inProfile = line.Trim('[', ']').Trim() == profile;
            }
            else if (inProfile && line.Split('=', 2) is [var name, var value])
            {
                values[name.Trim()] = value.Trim();
            }
        }

        return values.TryGetValue("aws_access_key_id", out var id) && values.TryGetValue("aws_secret_access_key", out var secret)
            ? new Keys(id, secret, values.GetValueOrDefault("aws_session_token"), DateTimeOffset.MaxValue)
            : null;
    }

    private async Task<Keys?> FromContainerAsync()
    {
        var url = environment.Find("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            ?? (environment.Find("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { } path ? "http://169.254.170.2" + path : null);
        if (url is null)
        {
            return null;
        }

        var token = environment.FindSecret("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        var api = new ProviderApi(environment, http, setup.Time)
        {
            Headers = headers =>
            {
                if (token is not null)
                {
                    headers.TryAddWithoutValidation("Authorization", token);
                }
            },
        };
        return Read(await api.GetAsync(url, CancellationToken.None));
    }

    private async Task<Keys> FromMachineAsync()
    {
        const string Metadata = "http://169.254.169.254/latest";
        try
        {
            var asking = new ProviderApi(environment, http, setup.Time) { Headers = headers => headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "300") };
            var token = (await asking.SendAsync(HttpMethod.Put, Metadata + "/api/token", null, CancellationToken.None)).Text;
            var api = new ProviderApi(environment, http, setup.Time) { Headers = headers => headers.Add("X-aws-ec2-metadata-token", token) };
            var role = (await api.GetAsync(Metadata + "/meta-data/iam/security-credentials/", CancellationToken.None)).Text.Trim().Split('\n')[0];
            return Read(await api.GetAsync(Metadata + "/meta-data/iam/security-credentials/" + role, CancellationToken.None));
        }
        catch (AcmeException)
        {
            throw environment.Missing("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
        }
    }

    private Keys Read(ProviderReply reply)
    {
        var json = reply.Json();
        var (id, secret) = ((string?)json["AccessKeyId"], (string?)json["SecretAccessKey"]);
        return id is not null && secret is not null
            ? new Keys(id, secret, (string?)json["Token"], DateTimeOffset.TryParse((string?)json["Expiration"], CultureInfo.InvariantCulture, out var end) ? end : DateTimeOffset.MaxValue)
            : throw environment.Missing("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    }

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
