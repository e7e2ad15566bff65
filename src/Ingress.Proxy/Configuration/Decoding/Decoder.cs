namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>Makes records of options from a tree of nodes, whatever the tree was read from, and reports every fault at once.</summary>
public static class Decoder
{
    /// <summary>Decodes the tree into a record; what the tree does not give keeps the default of its type.</summary>
    public static DecodeResult<T> Decode<T>(Node root, DecoderSettings settings)
        where T : class
    {
        var run = new DecoderRun(settings, root.Name);
        var value = (T)run.Record(RecordPlan.For(typeof(T)), root);
        return new DecodeResult<T>(value, run.Faults, run.Warnings);
    }
}
