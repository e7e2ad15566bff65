using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Commands;

/// <summary>Lists commands and flags (<c>help</c>, <c>--help</c>).</summary>
internal static class HelpCommand
{
    public static int Run(TextWriter output)
    {
        output.WriteLine("ingress    a reverse proxy that runs on the configuration of Traefik");
        output.WriteLine();
        output.WriteLine("Usage: ingress [command] [flags]");
        output.WriteLine();
        output.WriteLine("Commands:");
        output.WriteLine("    healthcheck    Asks the ping endpoint of the running proxy");
        output.WriteLine("    version        Says which version this is");
        output.WriteLine();
        output.WriteLine("Use --configFile=FILE for a file; with a file all other flags and every TRAEFIK_ variable are ignored.");
        output.WriteLine("Flags, the same as variables with TRAEFIK_ in front and _ for each dot:");
        foreach (var (path, value) in OptionListing.Of(typeof(StaticConfiguration), Composition.Decoding))
        {
            output.WriteLine($"    --{path}  (Default: \"{value}\")");
        }

        return 0;
    }
}
