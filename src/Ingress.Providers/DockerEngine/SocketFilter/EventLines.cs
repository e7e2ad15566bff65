using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>Passes a stream of events on, line by line as they arrive, with what may be seen of each.</summary>
internal static class EventLines
{
    private const int LongestLine = 1024 * 1024;

    // The kinds of object that may be listed too; an event of another one would tell its name.
    private static readonly string[] VisibleTypes = ["container", "network", "service", "node"];

    /// <summary>Copies until the stream ends.</summary>
    /// <exception cref="IOException">A line is too long.</exception>
    /// <exception cref="JsonException">A line is no JSON.</exception>
    public static async Task CopyAsync(Stream events, PipeWriter output, CancellationToken cancellation)
    {
        var input = PipeReader.Create(events);
        while (true)
        {
            var read = await input.ReadAsync(cancellation).ConfigureAwait(false);
            var rest = read.Buffer;
            var lines = 0;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                lines += Write(rest.Slice(0, end), output) ? 1 : 0;
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (lines > 0)
            {
                await output.FlushAsync(cancellation).ConfigureAwait(false);
            }

            if (read.IsCompleted)
            {
                return;
            }

            if (rest.Length > LongestLine)
            {
                throw new IOException($"an event has over {LongestLine} bytes");
            }

            input.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <summary>Writes one event, or nothing where it is about something that may not be seen.</summary>
    private static bool Write(ReadOnlySequence<byte> line, IBufferWriter<byte> output)
    {
        if (line.Length <= 1)
        {
            return false;
        }

        using var document = JsonDocument.Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("Type", out var type) || type.ValueKind != JsonValueKind.String || !VisibleTypes.Contains(type.GetString()))
        {
            return false;
        }

        using (var writer = new Utf8JsonWriter(output, VisibleFields.Writing))
        {
            writer.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (field.Name is "Action" or "status" && field.Value.ValueKind == JsonValueKind.String)
                {
                    writer.WriteString(field.Name, WithoutCommand(field.Value.GetString()!));
                }
                else
                {
                    EngineAnswers.Event.WriteField(field, writer);
                }
            }

            writer.WriteEndObject();
        }

        output.Write("\n"u8);
        return true;
    }

    /// <summary>Events of <c>docker exec</c> name the whole command, <c>exec_start: sh -c …</c>; those of health checks only a state, <c>health_status: healthy</c>.</summary>
    private static string WithoutCommand(string action) =>
        action.StartsWith("health_status", StringComparison.Ordinal) ? action : action.Split(':')[0];
}
