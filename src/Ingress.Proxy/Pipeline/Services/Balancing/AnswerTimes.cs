namespace Ingress.Proxy.Pipeline.Services.Balancing;

/// <summary>The mean time to the first byte of the last hundred answers.</summary>
internal sealed class AnswerTimes
{
    private const int Kept = 100;

    private readonly Lock gate = new();
    private long[]? times;
    private int count;
    private int next;
    private long sum;

    /// <summary>The mean in ticks of the clock; 0 where there was no answer yet.</summary>
    public double Mean
    {
        get
        {
            lock (gate)
            {
                return count == 0 ? 0 : (double)sum / count;
            }
        }
    }

    /// <summary>Adds an answer's time.</summary>
    public void Add(long ticks)
    {
        lock (gate)
        {
            times ??= new long[Kept];
            sum += ticks - times[next];
            times[next] = ticks;
            next = (next + 1) % Kept;
            count = Math.Min(count + 1, Kept);
        }
    }
}
