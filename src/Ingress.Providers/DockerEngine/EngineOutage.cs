using Microsoft.Extensions.Logging;

namespace Ingress.Providers.DockerEngine;

/// <summary>Paces attempts to reach an engine again. The log is told once that it is away and once that it is back; attempts between the two are for DEBUG.</summary>
internal sealed partial class EngineOutage(string provider, ILogger logger)
{
    private readonly Backoff backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30));
    private bool isAway;

    /// <summary>Notes a failure, and returns how long to wait before the next attempt.</summary>
    public TimeSpan Failed(string fault)
    {
        var pause = backoff.Next();
        var seconds = Math.Round(pause.TotalSeconds, 1);
        if (isAway)
        {
            LogStillAway(logger, provider, seconds, fault);
        }
        else
        {
            LogAway(logger, provider, seconds, fault);
        }

        isAway = true;
        return pause;
    }

    /// <summary>Notes that the engine has answered.</summary>
    public void Over()
    {
        backoff.Reset();
        if (isAway)
        {
            LogBack(logger, provider);
        }

        isAway = false;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Provider}: provider error, retrying in {Seconds} s and until it is over; the last configuration stays in force: {Fault}")]
    private static partial void LogAway(ILogger logger, string provider, double seconds, string fault);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Provider}: provider error, retrying in {Seconds} s: {Fault}")]
    private static partial void LogStillAway(ILogger logger, string provider, double seconds, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Provider}: the engine is back, and its state has been read anew")]
    private static partial void LogBack(ILogger logger, string provider);
}
