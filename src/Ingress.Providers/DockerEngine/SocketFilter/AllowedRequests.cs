using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>A request that may reach the engine.</summary>
/// <param name="Target">The request target, put together anew from what was understood; never the text that came.</param>
/// <param name="Endpoint">What is asked for.</param>
internal sealed record AllowedRequest(string Target, AllowedEndpoint Endpoint);

/// <summary>An endpoint of the engine's API that may be asked.</summary>
/// <param name="Path">The path without a version; <c>*</c> stands for one name or id.</param>
/// <param name="Answer">What may be seen of its answer; null where the answer is a plain text.</param>
/// <param name="Parameters">The parameters that it may be given.</param>
internal sealed record AllowedEndpoint(string Path, VisibleFields? Answer, params IReadOnlyList<string> Parameters);

/// <summary>
/// The requests that may reach the engine, in the one spelling that they have. A path is compared letter by letter and nothing in it is decoded, so another
/// spelling of a path (encoded, doubled or dotted segments, other case) is another path, and refused.
/// </summary>
internal static partial class AllowedRequests
{
    private const int LongestTarget = 8 * 1024;

    /// <summary>All endpoints; whatever is not here is refused.</summary>
    public static IReadOnlyList<AllowedEndpoint> All { get; } =
    [
        new("/_ping", null),
        new("/version", EngineAnswers.Version),
        new("/info", EngineAnswers.Info),
        new("/events", EngineAnswers.Event, "since", "until", "filters"),
        new("/containers/json", EngineAnswers.ContainerList, "all", "limit", "size", "trunc_cmd", "since", "before", "filters"),
        new("/containers/*/json", EngineAnswers.Container, "size"),
        new("/networks", EngineAnswers.Network, "filters"),
        new("/networks/*", EngineAnswers.Network, "verbose", "scope"),
        new("/services", EngineAnswers.Service, "status", "filters"),
        new("/services/*", EngineAnswers.Service, "insertDefaults"),
        new("/tasks", EngineAnswers.Task, "filters"),
        new("/tasks/*", EngineAnswers.Task),
        new("/nodes", EngineAnswers.Node, "filters"),
        new("/nodes/*", EngineAnswers.Node),
    ];

    /// <summary>The request for the engine, or null with the reason why it is refused.</summary>
    public static AllowedRequest? Find(string method, string target, out string refusal)
    {
        if (method is not ("GET" or "HEAD"))
        {
            refusal = "only GET and HEAD are allowed, this socket is for reading";
            return null;
        }

        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var version = VersionPrefix().Match(path);
        if (target.Length > LongestTarget || Endpoint(path[version.Length..]) is not { } endpoint)
        {
            refusal = $"it is not on the list of what may be read: {string.Join(", ", All.Select(allowed => allowed.Path))}";
            return null;
        }

        var query = Query(question < 0 ? "" : target[(question + 1)..], endpoint, out refusal);
        return query is null ? null : new AllowedRequest(path + query, endpoint);
    }

    private static AllowedEndpoint? Endpoint(string path)
    {
        var segments = path.Split('/');
        foreach (var endpoint in All)
        {
            var allowed = endpoint.Path.Split('/');
            if (allowed.Length == segments.Length && allowed.Zip(segments).All(pair => pair.First == "*" ? Name().IsMatch(pair.Second) : pair.First == pair.Second))
            {
                return endpoint;
            }
        }

        return null;
    }

    /// <summary>The parameters, each decoded, understood and written anew; null with the reason where one is not understood.</summary>
    private static string? Query(string text, AllowedEndpoint endpoint, out string refusal)
    {
        refusal = "";
        var query = new StringBuilder();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? pair : pair[..equals];
            if (!endpoint.Parameters.Contains(name) || !seen.Add(name))
            {
                refusal = seen.Contains(name) ? $"the parameter {name} is given twice"
                    : $"of {endpoint.Path} it may set {(endpoint.Parameters.Count == 0 ? "no parameter" : string.Join(", ", endpoint.Parameters))} only";
                return null;
            }

            var value = Decode(equals < 0 ? "" : pair[(equals + 1)..]);
            value = value is null ? null : name == "filters" ? ListFilters.Rewrite(value) : Word().IsMatch(value) ? value : null;
            if (value is null)
            {
                refusal = $"the value of the parameter {name} is not understood";
                return null;
            }

            query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }

    private static string? Decode(string value)
    {
        var bytes = new List<byte>(value.Length);
        for (var index = 0; index < value.Length; index++)
        {
            var letter = value[index];
            if (letter == '%')
            {
                if (index + 2 >= value.Length || !byte.TryParse(value.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    return null;
                }

                bytes.Add(code);
                index += 2;
            }
            else if (letter is <= ' ' or > '~')
            {
                return null;
            }
            else
            {
                bytes.Add((byte)(letter == '+' ? ' ' : letter));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    [GeneratedRegex("^/v[1-9][0-9]?\\.(?:0|[1-9][0-9]{0,2})(?=/)")]
    private static partial Regex VersionPrefix();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}\\z")]
    private static partial Regex Name();

    // Numbers, truth values, names, ids, times and durations.
    [GeneratedRegex("^[A-Za-z0-9_.:+-]{0,255}\\z")]
    private static partial Regex Word();
}
