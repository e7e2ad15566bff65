using System.Collections;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Commands;

/// <summary>Chooses the command: the first word if it is no flag, else to run the proxy.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command and gives the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Any(argument => argument is "--help" or "-h" or "-help"))
        {
            return HelpCommand.Run(Console.Out, arguments[0] == SocketFilterCommand.Name);
        }

        switch (arguments.Count > 0 && !arguments[0].StartsWith('-') ? arguments[0] : "")
        {
            case "":
                return await RunCommand.RunAsync(Load(arguments)).ConfigureAwait(false);
            case "version":
                return VersionCommand.Run();
            case "healthcheck":
                return await HealthcheckCommand.RunAsync(Load([.. arguments.Skip(1)])).ConfigureAwait(false);
            case SocketFilterCommand.Name:
                return await SocketFilterCommand.RunAsync([.. arguments.Skip(1)]).ConfigureAwait(false);
            case "help":
                return HelpCommand.Run(Console.Out, arguments.Count > 1 && arguments[1] == SocketFilterCommand.Name);
            case var unknown:
                await Console.Error.WriteLineAsync($"There is no command {unknown}; the commands are version, healthcheck, socket-filter and help.").ConfigureAwait(false);
                return 1;
        }
    }

    /// <summary>Writes the faults of a configuration, a line each; whether there were any.</summary>
    public static bool Report(StaticLoad load)
    {
        foreach (var fault in load.Faults)
        {
            Console.Error.WriteLine($"error: {fault}");
        }

        if (load.Faults.Count > 0)
        {
            Console.Error.WriteLine($"The configuration ({load.Origin}) has {load.Faults.Count} fault(s); nothing was started.");
        }

        return load.Faults.Count > 0;
    }

    private static StaticLoad Load(IReadOnlyList<string> arguments) => StaticLoader.Load(new StaticSources
    {
        Arguments = arguments,
        Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => pair.Value as string ?? ""),
        Decoding = Composition.Decoding,
    });
}
