using System.Globalization;
using Ingress.Proxy.Configuration;

namespace Ingress.IntegrationTests.BadInput;

/// <summary>A container's labels of which one was damaged.</summary>
/// <param name="Container">The container's name.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Description">What was done, for the failure's message.</param>
internal sealed record LabelDamage(string Container, IReadOnlyDictionary<string, string> Labels, string Description)
{
    private static readonly string[] OddValues =
    [
        "", " ", "-1", "5.5", "99999999999999999999", "null", "[", "{", "\u0000", "💥", "1m2x", "a,b,,", "Host(`", "``", "%zz", "{{ nothing }}", "yes", "TRUE", "10 s", "1e3", "0x10", "٣", "NaN", "\r\n",
        "&& || !", "Host(`a`) && Path(`", "@docker", "a@b@c", "../..", "$1",
    ];

    /// <summary>Labels, and what their values are; <c>NAME</c> stands for the container.</summary>
    private static readonly (string Key, string Value, Func<string, bool> Fits)[] Good =
    [
        ("traefik.enable", "true", IsBoolean),
        ("traefik.http.routers.NAME.rule", "Host(`NAME.test`)", IsText),
        ("traefik.http.routers.NAME.entrypoints", "web", IsText),
        ("traefik.http.routers.NAME.priority", "10", IsWhole),
        ("traefik.http.routers.NAME.middlewares", "NAME-strip,NAME-auth", IsText),
        ("traefik.http.routers.NAME.service", "NAME", IsText),
        ("traefik.http.routers.NAME.observability.metrics", "false", IsBoolean),
        ("traefik.http.middlewares.NAME-strip.stripprefix.prefixes", "/a,/b", IsText),
        ("traefik.http.middlewares.NAME-auth.basicauth.users", "a:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/", IsText),
        ("traefik.http.middlewares.NAME-auth.basicauth.removeheader", "true", IsBoolean),
        ("traefik.http.middlewares.NAME-rate.ratelimit.average", "5", IsWhole),
        ("traefik.http.middlewares.NAME-rate.ratelimit.period", "1m", IsDuration),
        ("traefik.http.middlewares.NAME-allow.ipallowlist.sourcerange", "10.0.0.0/8, fd00::/8", IsText),
        ("traefik.http.middlewares.NAME-head.headers.customresponseheaders.X-A", "b", IsText),
        ("traefik.http.middlewares.NAME-head.headers.stsseconds", "5", IsWhole),
        ("traefik.http.services.NAME.loadbalancer.server.port", "8080", IsText),
        ("traefik.http.services.NAME.loadbalancer.passhostheader", "true", IsBoolean),
        ("traefik.http.services.NAME.loadbalancer.sticky.cookie.maxage", "5", IsWhole),
        ("traefik.http.services.NAME.loadbalancer.responseforwarding.flushinterval", "50ms", IsDuration),
        ("traefik.tcp.routers.NAME.rule", "HostSNI(`NAME.test`)", IsText),
        ("traefik.tcp.routers.NAME.tls.domains[0].main", "NAME.test", IsText),
        ("traefik.tcp.services.NAME.loadbalancer.server.port", "8081", IsText),
    ];

    /// <summary>The label or part of one that nothing knows, where that is the damage.</summary>
    public string? Unknown { get; private init; }

    /// <summary>The damaged label, where its value is the damage.</summary>
    public string? Label { get; private init; }

    /// <summary>The value of that label where it is of the wrong type.</summary>
    public string? Misfit { get; private init; }

    /// <summary>The labels of a container without damage.</summary>
    public static Dictionary<string, string> Intact(string name) =>
        Good.ToDictionary(label => label.Key.Replace("NAME", name, StringComparison.Ordinal), label => label.Value.Replace("NAME", name, StringComparison.Ordinal));

    /// <summary>Damages one label, the same way for the same seed.</summary>
    public static LabelDamage Of(string name, int seed)
    {
#pragma warning disable CA5394 // Repeatable damage is the point, not secrecy.
        var random = new Random(seed);
        var labels = Intact(name);
        var (pattern, _, fits) = Good[random.Next(Good.Length)];
        var key = pattern.Replace("NAME", name, StringComparison.Ordinal);
        var parts = key.Split('.');
        switch (random.Next(9))
        {
            case 0 when !key.Contains("customresponseheaders", StringComparison.Ordinal):
                var extra = $"bogus{seed}x";
                labels[key[..key.LastIndexOf('.')] + "." + extra] = "x";
                return new LabelDamage(name, labels, "an unknown option") { Unknown = extra };
            case 1 or 2:
                var at = Misspellable(parts, random);
                var typo = Typo(parts[at], random);
                var misspelt = string.Join('.', parts.Select((part, index) => index == at ? typo : part));
                labels[misspelt] = labels[key];
                labels.Remove(key);
                return new LabelDamage(name, labels, $"{misspelt} for {key}") { Unknown = typo };
            case 3:
                var below = key + ".more";
                labels[below] = "x";
                return new LabelDamage(name, labels, $"{below} below a value") { Unknown = "more" };
            case 4:
                var broken = key + new[] { "[0].x..y", ".", "..", "[", "]", "[-1]", "[9999999999]", ".\u0000", ". ", "[0]" }[random.Next(10)];
                labels[broken] = "x";
                return new LabelDamage(name, labels, $"the broken label {broken}");
            case 5 when parts.Length > 4:
                var structure = string.Join('.', parts[..random.Next(4, parts.Length)]);
                labels[structure] = "maybe";
                return new LabelDamage(name, labels, $"{structure}=maybe, which has options below it") { Label = structure, Misfit = "maybe" };
            case 6:
                labels.Remove(key);
                return new LabelDamage(name, labels, $"{key} left out");
            default:
                var value = random.Next(3) == 0 ? Noise(random) : OddValues[random.Next(OddValues.Length)];
                labels[key] = value;
                return new LabelDamage(name, labels, $"{key}={value}") { Label = key, Misfit = fits(value) ? null : value };
        }
#pragma warning restore CA5394
    }

    private static bool IsText(string value) => true;

    private static bool IsBoolean(string value) => value is "true" or "false" or "TRUE" or "True" or "1" or "0" or "t" or "f";

    private static bool IsWhole(string value) =>
        double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
        && Math.Abs(number) < 1e15 && Math.Floor(number) == number;

    private static bool IsDuration(string value) => GoDuration.TryParse(value, out _);

#pragma warning disable CA5394 // As above.
    /// <summary>A part that is a word of the configuration: no name that the user chose, no header, no item of a list.</summary>
    private static int Misspellable(string[] parts, Random random)
    {
        while (true)
        {
            var at = random.Next(parts.Length);
            if (!parts[at].Contains('-', StringComparison.Ordinal) && !parts[at].Contains('[', StringComparison.Ordinal))
            {
                return at;
            }
        }
    }

    /// <summary>One slip of a finger.</summary>
    private static string Typo(string word, Random random)
    {
        while (true)
        {
            var at = random.Next(1, word.Length - 1);
            var typo = random.Next(4) switch
            {
                0 => word.Remove(at, 1),
                1 => word.Insert(at, word[at].ToString()),
                2 => $"{word[..at]}{word[at + 1]}{word[at]}{word[(at + 2)..]}",
                _ => $"{word[..at]}{(char)('a' + random.Next(26))}{word[(at + 1)..]}",
            };
            if (typo != word)
            {
                return typo;
            }
        }
    }

    private static string Noise(Random random)
    {
        var letters = new char[random.Next(1, 40)];
        for (var index = 0; index < letters.Length; index++)
        {
            letters[index] = (char)(random.Next(3) == 0 ? random.Next(0x20, 0x2ff) : random.Next(0x21, 0x7f));
        }

        return new string(letters);
    }
#pragma warning restore CA5394
}
