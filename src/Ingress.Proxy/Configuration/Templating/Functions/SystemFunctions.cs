using System.Net;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>The environment, paths, and unique ids.</summary>
internal static class SystemFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .Add("env", 1, a => Environment.GetEnvironmentVariable(a.Text(0)) ?? "")
        .Add("expandenv", 1, a => Expand(a.Text(0)))
        .Add("getHostByName", 1, a => HostAddress(a.Text(0)))
        .Add("hello", 0, _ => "Hello!")
        .Add("uuidv4", 0, _ => Guid.NewGuid().ToString())
        .Add("base", 1, a => Base(a.Text(0)))
        .Add("osBase", 1, a => Base(a.Text(0)))
        .Add("dir", 1, a => Clean(a.Text(0)[..(a.Text(0).LastIndexOf('/') + 1)]))
        .Add("osDir", 1, a => Clean(a.Text(0)[..(a.Text(0).LastIndexOf('/') + 1)]))
        .Add("clean", 1, a => Clean(a.Text(0)))
        .Add("osClean", 1, a => Clean(a.Text(0)))
        .Add("ext", 1, a => Extension(a.Text(0)))
        .Add("osExt", 1, a => Extension(a.Text(0)))
        .Add("isAbs", 1, a => a.Text(0).StartsWith('/'))
        .Add("osIsAbs", 1, a => a.Text(0).StartsWith('/'));

    private static string Expand(string text)
    {
        var output = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var start = at + 1;
            if (text[at] != '$' || start >= text.Length)
            {
                output.Append(text[at++]);
                continue;
            }

            var braced = text[start] == '{';
            var end = braced ? text.IndexOf('}', start) : start;
            while (!braced && end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            if (end <= start)
            {
                output.Append(text[at++]);
                continue;
            }

            output.Append(Environment.GetEnvironmentVariable(braced ? text[(start + 1)..end] : text[start..end]));
            at = braced ? end + 1 : end;
        }

        return output.ToString();
    }

    private static string HostAddress(string name)
    {
        try
        {
            return Dns.GetHostAddresses(name) is [var first, ..] ? first.ToString() : "";
        }
        catch (System.Net.Sockets.SocketException)
        {
            // A name without an address is an empty text.
            return "";
        }
    }

    private static string Base(string path)
    {
        var trimmed = path.TrimEnd('/');
        return path.Length == 0 ? "." : trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    private static string Extension(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') ? path[dot..] : "";
    }

    private static string Clean(string path)
    {
        var rooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != "." && !(part == ".." && rooted))
            {
                parts.Add(part);
            }
        }

        var clean = (rooted ? "/" : "") + string.Join('/', parts);
        return clean.Length == 0 ? "." : clean;
    }
}
