using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Ingress.Testing;

/// <summary>A program that runs beside the test, with its output; ended by its process id when the test ends.</summary>
public sealed partial class ProgramRun : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Process process;
    private readonly StringBuilder output = new();

    private ProgramRun(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>All that it has written so far, standard output and standard error.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Starts a program. A variable whose value is null is taken out of the environment.</summary>
    public static ProgramRun Start(
        string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new ProgramRun(new Process { StartInfo = start });
    }

    /// <summary>Runs a program to its end. Throws with its output where the exit code is not 0.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var run = Start(program, arguments);
        var code = await run.ExitCodeAsync(TimeSpan.FromMinutes(5));
        return code == 0 ? run.Output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}\n{run.Output}");
    }

    /// <summary>The exit code; throws with the output where it does not end within the time.</summary>
    public async Task<int> ExitCodeAsync(TimeSpan limit)
    {
        using var cancellation = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{process.StartInfo.FileName} still runs after {limit.TotalSeconds} s\n{Output}");
        }

        return process.ExitCode;
    }

    /// <summary>Sends a signal by number.</summary>
    public void Signal(int number) => _ = Kill(process.Id, number);

    /// <summary>Asks it to end, and kills it where it does not within ten seconds. Returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        if (!process.HasExited)
        {
            Signal(Terminate);
            using var cancellation = new CancellationTokenSource(Patience);
            try
            {
                await process.WaitForExitAsync(cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }

        return process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        process.Dispose();
    }

    private void Append(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (output)
        {
            output.Append(line).Append('\n');
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int id, int signal);
}
