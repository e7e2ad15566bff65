using System.Globalization;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions on dates, with Go's layouts.</summary>
internal static class DateFunctions
{
    private static readonly (string Suffix, long Nanoseconds)[] Rounds =
    [
        ("y", 365L * 24 * 3_600_000_000_000), ("mo", 30L * 24 * 3_600_000_000_000), ("d", 24L * 3_600_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000),
    ];

    public static void AddTo(TemplateFunctionSet set) => set
        .Add("now", 0, _ => TimeProvider.System.GetLocalNow())
        .Add("date", 2, a => GoTime.Format(Time(a[1]).ToLocalTime(), a.Text(0)))
        .Add("dateInZone", 3, a => GoTime.Format(InZone(Time(a[1]), a.Text(2)), a.Text(0)))
        .Add("date_in_zone", 3, a => GoTime.Format(InZone(Time(a[1]), a.Text(2)), a.Text(0)))
        .Add("htmlDate", 1, a => GoTime.Format(Time(a[0]).ToLocalTime(), "2006-01-02"))
        .Add("htmlDateInZone", 2, a => GoTime.Format(InZone(Time(a[0]), a.Text(1)), "2006-01-02"))
        .Add("unixEpoch", 1, a => Time(a[0]).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
        .Add("toDate", 2, a => Parse(a.Text(0), a.Text(1)) ?? DateTimeOffset.MinValue)
        .Add("mustToDate", 2, a => Parse(a.Text(0), a.Text(1)) ?? throw new TemplateFault($"cannot parse {GoFormat.Quote(a.Text(1))} as {GoFormat.Quote(a.Text(0))}"))
        .Add("dateModify", 2, a => Modify(a.Text(0), Time(a[1])) ?? Time(a[1]))
        .Add("date_modify", 2, a => Modify(a.Text(0), Time(a[1])) ?? Time(a[1]))
        .Add("mustDateModify", 2, a => Modify(a.Text(0), Time(a[1])) ?? throw new TemplateFault($"time: invalid duration {GoFormat.Quote(a.Text(0))}"))
        .Add("ago", 1, a => GoDuration.FromSeconds(Math.Round((TimeProvider.System.GetUtcNow() - Time(a[0])).TotalSeconds)).ToString())
        .Add("duration", 1, a => new GoDuration((a[0] is string text ? GoValue.ToInteger(text) : 0) * 1_000_000_000).ToString())
        .Add("durationRound", 1, a => Round(Duration(a[0])));

    private static DateTimeOffset Time(object? value) => value switch
    {
        DateTimeOffset time => time,
        long seconds => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, -62_135_596_800, 253_402_300_799)),
        _ => TimeProvider.System.GetLocalNow(),
    };

    private static DateTimeOffset InZone(DateTimeOffset time, string zone) => zone switch
    {
        "Local" => time.ToLocalTime(),
        "" or "UTC" => time.ToUniversalTime(),
        _ when TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) => TimeZoneInfo.ConvertTime(time, found),
        _ => time.ToUniversalTime(),
    };

    private static DateTimeOffset? Parse(string layout, string text) =>
        GoTime.TryParse(text, layout, TimeZoneInfo.Local.BaseUtcOffset, out var time) ? time : null;

    private static DateTimeOffset? Modify(string duration, DateTimeOffset time) =>
        GoDuration.TryParseGo(duration, out var span) ? time + span.ToTimeSpan() : null;

    private static GoDuration Duration(object? value) => value switch
    {
        string text when GoDuration.TryParseGo(text, out var duration) => duration,
        GoDuration duration => duration,
        long nanoseconds => new GoDuration(nanoseconds),
        DateTimeOffset time => GoDuration.FromSeconds((TimeProvider.System.GetUtcNow() - time).TotalSeconds),
        _ => GoDuration.Zero,
    };

    private static string Round(GoDuration duration)
    {
        var length = Math.Abs(duration.Nanoseconds);
        foreach (var (suffix, nanoseconds) in Rounds)
        {
            if (length > nanoseconds)
            {
                return $"{length / nanoseconds}{suffix}";
            }
        }

        return "0s";
    }
}
