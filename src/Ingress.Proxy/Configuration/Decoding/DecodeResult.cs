using System.Text;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>One thing that is wrong with a piece of configuration.</summary>
public sealed record DecodeFault
{
    /// <summary>The file it was read from; empty for labels, flags and stores. Default: empty.</summary>
    public string Source { get; init; } = "";

    /// <summary>The line in the file, counted from 1; 0 where unknown. Default: 0.</summary>
    public int Line { get; init; }

    /// <summary>The option, such as <c>http.routers.web.rule</c>. Default: empty.</summary>
    public string Path { get; init; } = "";

    /// <summary>What is wrong, with the value where it is no secret.</summary>
    public required string Reason { get; init; }

    /// <summary>The nearest known key. Default: none.</summary>
    public string? Suggestion { get; init; }

    /// <summary>Place, option, reason and suggestion in one line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Source.Length > 0)
        {
            text.Append(Source);
            if (Line > 0)
            {
                text.Append(':').Append(Line);
            }

            text.Append(": ");
        }

        if (Path.Length > 0)
        {
            text.Append(Path).Append(": ");
        }

        text.Append(Reason);
        if (Suggestion is not null)
        {
            text.Append("; did you mean \"").Append(Suggestion).Append("\"?");
        }

        return text.ToString();
    }
}

/// <summary>What a reader made of a text: a tree, or what is wrong with it.</summary>
/// <param name="Root">The tree's root; null where the text cannot be read at all or is empty.</param>
/// <param name="Faults">What is wrong; empty where all is well.</param>
public sealed record ReadResult(Node? Root, IReadOnlyList<DecodeFault> Faults);

/// <summary>What the decoder made of a tree.</summary>
/// <param name="Value">The record, with defaults in the place of what is wrong.</param>
/// <param name="Faults">What is wrong; empty where all is well. With any fault the value is only good for further checks.</param>
/// <param name="Warnings">What was ignored on purpose.</param>
public sealed record DecodeResult<T>(T Value, IReadOnlyList<DecodeFault> Faults, IReadOnlyList<DecodeFault> Warnings)
{
    /// <summary>Whether there are no faults.</summary>
    public bool Succeeded => Faults.Count == 0;

    /// <summary>All faults in one text, a line each.</summary>
    public string FaultText => string.Join('\n', Faults);
}
