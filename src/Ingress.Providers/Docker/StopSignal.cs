using System.Globalization;

namespace Ingress.Providers.Docker;

/// <summary>Tells signals that end a container from those that only ask it something, such as to read its files again.</summary>
internal static class StopSignal
{
    private const int Kill = 9;
    private const int Terminate = 15;

    // As Linux numbers them on all machines that run Docker.
    private static readonly Dictionary<string, int> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = 1,
        ["INT"] = 2,
        ["QUIT"] = 3,
        ["ABRT"] = 6,
        ["KILL"] = Kill,
        ["USR1"] = 10,
        ["USR2"] = 12,
        ["TERM"] = Terminate,
        ["WINCH"] = 28,
        ["PWR"] = 30,
        ["RTMIN"] = 34,
        ["RTMIN+1"] = 35,
        ["RTMIN+2"] = 36,
        ["RTMIN+3"] = 37,
        ["RTMIN+4"] = 38,
        ["RTMIN+5"] = 39,
    };

    /// <summary>Whether this signal ends a container whose own stop signal is <paramref name="own"/>. Both are numbers or names, with or without SIG; empty is SIGTERM.</summary>
    public static bool Ends(string signal, string own) => Number(signal) is { } number && (number is Kill or Terminate || number == Number(own));

    private static int? Number(string signal)
    {
        if (signal.Length == 0)
        {
            return Terminate;
        }

        if (int.TryParse(signal, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        var name = signal.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? signal[3..] : signal;
        return Numbers.TryGetValue(name, out number) ? number : null;
    }
}
