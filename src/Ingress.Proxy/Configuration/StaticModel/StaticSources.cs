using Ingress.Proxy.Configuration.Decoding;

namespace Ingress.Proxy.Configuration.StaticModel;

/// <summary>Where a static configuration may come from.</summary>
internal sealed record StaticSources
{
    /// <summary>The words of the command line, without a command's name. Default: none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment. Default: empty.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What the decoder has to know. Default: nothing beyond the types.</summary>
    public DecoderSettings Decoding { get; init; } = new();
}

/// <summary>What was found: a configuration, or all that is wrong with it.</summary>
internal sealed record StaticLoad
{
    /// <summary>The file it came from, <c>flags</c>, <c>environment</c>, or <c>defaults</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The configuration, with its computed defaults; of no use where there are faults.</summary>
    public StaticConfiguration Configuration { get; init; } = new();

    /// <summary>What is wrong; the process must not start. Default: nothing.</summary>
    public IReadOnlyList<DecodeFault> Faults { get; init; } = [];

    /// <summary>What still works but should be changed. Default: nothing.</summary>
    public IReadOnlyList<DecodeFault> Warnings { get; init; } = [];

    /// <summary>Sections of the file that nothing knows; Traefik takes them, so it is said and no more. Default: none.</summary>
    public IReadOnlyList<DecodeFault> Ignored { get; init; } = [];
}
