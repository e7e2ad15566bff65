using Ingress.Providers.DockerEngine.SocketFilter;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.StaticModel;

namespace Ingress.Commands;

/// <summary>Lists commands and flags (<c>help</c>, <c>--help</c>).</summary>
internal static class HelpCommand
{
    public static int Run(TextWriter output, bool ofSocketFilter)
    {
        if (ofSocketFilter)
        {
            output.WriteLine("ingress socket-filter    offers the readable part of Docker's API on a socket of its own, without environment variables and secrets");
            output.WriteLine();
            output.WriteLine("Usage: ingress socket-filter [flags]");
            List(output, typeof(SocketFilterOptions));
            return 0;
        }

        output.WriteLine("ingress    a reverse proxy that runs on the configuration of Traefik");
        output.WriteLine();
        output.WriteLine("Usage: ingress [command] [flags]");
        output.WriteLine();
        output.WriteLine("Commands:");
        output.WriteLine("    healthcheck      Asks the ping endpoint of the running proxy");
        output.WriteLine("    socket-filter    Offers the readable part of Docker's API on a socket of its own; help socket-filter lists its flags");
        output.WriteLine("    version          Says which version this is");
        output.WriteLine();
        output.WriteLine("Use --configFile=FILE for a file; with a file all other flags and every TRAEFIK_ variable are ignored.");
        output.WriteLine("Flags, the same as variables with TRAEFIK_ in front and _ for each dot:");
        List(output, typeof(StaticConfiguration));
        return 0;
    }

    private static void List(TextWriter output, Type options)
    {
        foreach (var (path, value) in OptionListing.Of(options, Composition.Decoding))
        {
            output.WriteLine($"    --{path}  (Default: \"{value}\")");
        }
    }
}
