using System.Threading.Channels;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Extensibility;
using Microsoft.Extensions.Logging;

namespace Ingress.Proxy.Configuration.Runtime;

/// <summary>
/// Takes the messages of all providers, lets at most one per throttle period and provider through (the first at once, the newest last), and applies what has
/// changed. The last configuration of each provider stays in force until it sends another one.
/// </summary>
internal sealed partial class ConfigurationWatcher(TimeSpan throttle, Action<IReadOnlyDictionary<string, ProviderMessage>> apply, TimeProvider time, ILogger logger)
    : IConfigurationSink
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Slot> slots = new(StringComparer.Ordinal);
    private readonly HashSet<string> unthrottled = new(StringComparer.Ordinal);
    private bool again;
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Names a provider whose messages are never held back.</summary>
    public void DoNotThrottle(string provider)
    {
        lock (gate)
        {
            unthrottled.Add(provider);
        }
    }

    /// <summary>Applies once more what is in force, because something that it refers to, such as a certificate, has changed.</summary>
    public void ApplyAgain()
    {
        lock (gate)
        {
            again = true;
        }

        wake.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    public void Publish(ProviderMessage message)
    {
        lock (gate)
        {
            if (!slots.TryGetValue(message.Provider, out var slot))
            {
                slots[message.Provider] = slot = new Slot();
            }

            slot.Pending = message;
        }

        wake.Writer.TryWrite(true);
    }

    /// <summary>Applies what the providers publish until it is cancelled; the first application takes in all that is there by then.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var (changed, wait) = TakePending();
            if (changed is not null)
            {
                ApplySafely(changed);
            }

            await WaitAsync(wait, cancellation).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(TimeSpan? wait, CancellationToken cancellation)
    {
        using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = wait is { } delay ? time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), due, delay, Timeout.InfiniteTimeSpan) : null;
        try
        {
            await wake.Reader.ReadAsync(due.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Either the throttle period is over or the process ends; the loop looks which.
        }
    }

    private (Dictionary<string, ProviderMessage>? Changed, TimeSpan? Wait) TakePending()
    {
        lock (gate)
        {
            var changed = again && slots.Values.Any(slot => slot.Current is not null);
            again = false;
            TimeSpan? wait = null;
            var now = time.GetTimestamp();
            foreach (var (provider, slot) in slots)
            {
                if (slot.Pending is not { } message)
                {
                    continue;
                }

                var rest = unthrottled.Contains(provider) || slot.LastTaken is null ? TimeSpan.Zero : throttle - time.GetElapsedTime(slot.LastTaken.Value, now);
                if (rest > TimeSpan.Zero)
                {
                    wait = wait is { } sooner && sooner < rest ? sooner : rest;
                    continue;
                }

                slot.Pending = null;
                slot.LastTaken = now;
                changed |= slot.Take(message);
            }

            return (changed ? slots.Where(pair => pair.Value.Current is not null).ToDictionary(pair => pair.Key, pair => pair.Value.Current!, StringComparer.Ordinal) : null, wait);
        }
    }

    private void ApplySafely(Dictionary<string, ProviderMessage> messages)
    {
#pragma warning disable CA1031 // Whatever one configuration does to the builder, the one in force goes on serving.
        try
        {
            var started = time.GetTimestamp();
            apply(messages);
            LogApplied(logger, string.Join(", ", messages.Keys), Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 1));
        }
        catch (Exception error)
        {
            LogNotApplied(logger, error);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Configuration applied within {Milliseconds} ms: {Providers}")]
    private static partial void LogApplied(ILogger logger, string providers, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "The new configuration could not be applied; the one in force stays")]
    private static partial void LogNotApplied(ILogger logger, Exception error);

    private sealed class Slot
    {
        public ProviderMessage? Pending { get; set; }

        public ProviderMessage? Current { get; private set; }

        public long? LastTaken { get; set; }

        /// <summary>Makes a message the current one; false where it says nothing new or nothing at all.</summary>
        public bool Take(ProviderMessage message)
        {
            if (SaysNothing(message.Configuration) && message.Findings.Count == 0)
            {
                return false;
            }

            if (Current is not null && message.Revision == Current.Revision && message.Findings.SequenceEqual(Current.Findings)
                && RecordComparison.Same(message.Configuration, Current.Configuration))
            {
                return false;
            }

            Current = message;
            return true;
        }

        // An empty map is content (it clears), an absent one is not.
        private static bool SaysNothing(DynamicConfiguration configuration)
            => configuration is { Http: null or { Routers: null, Services: null, Middlewares: null, ServersTransports: null } }
                and { Tcp: null or { Routers: null, Services: null, Middlewares: null, ServersTransports: null } }
                and { Udp: null or { Routers: null, Services: null } }
                and { Tls: null or { Certificates: null, Options: null, Stores: null } };
    }
}
