namespace Ingress.Proxy.Tls.Acme;

/// <summary>
/// When a certificate is renewed: at two thirds of its own life, but no more than 120 days before its end, spread a little so that certificates made
/// together are not renewed together. For the lifetimes that <c>certificatesDuration</c> knows this is where Traefik's table has it too.
/// </summary>
internal static class RenewalSchedule
{
    private const double Spread = 0.05;
    private const double Emergency = 1.0 / 20;

    private static readonly TimeSpan Earliest = TimeSpan.FromDays(120);

    /// <summary>The moment of renewal. <paramref name="seed"/>, such as a serial number, decides the spread, so that it stays the same over restarts.</summary>
    public static DateTimeOffset RenewAt(DateTimeOffset notBefore, DateTimeOffset notAfter, string seed)
    {
        var life = notAfter - notBefore;
        var window = life / 3 < Earliest ? life / 3 : Earliest;
        return notAfter - window + (window * Spread * Fraction(seed));
    }

    /// <summary>The moment of renewal where the authority has suggested a window (RFC 9773): somewhere in it, but never with less than a twentieth of life left.</summary>
    public static DateTimeOffset RenewAt(DateTimeOffset notBefore, DateTimeOffset notAfter, string seed, DateTimeOffset windowStart, DateTimeOffset windowEnd)
    {
        var suggested = windowStart + ((windowEnd - windowStart) * Fraction(seed));
        var last = notAfter - ((notAfter - notBefore) * Emergency);
        return suggested < last ? suggested : last;
    }

    private static double Fraction(string seed)
    {
        // FNV-1a: a text's built-in hash differs from process to process.
        var hash = 2166136261u;
        foreach (var letter in seed)
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return hash / (double)uint.MaxValue;
    }
}
