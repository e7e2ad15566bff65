namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>What a dotted path leads to in the tree of option types.</summary>
internal sealed record OptionPath
{
    /// <summary>Whether the option needs no value on the command line.</summary>
    public required bool IsSwitch { get; init; }

    /// <summary>Whether the option holds several texts.</summary>
    public required bool IsList { get; init; }

    /// <summary>Follows a path such as <c>entrypoints.web.http.tls.domains[0].main</c> through the types; null where it leads nowhere.</summary>
    public static OptionPath? Find(Type root, string path, DecoderSettings settings)
    {
        var record = RecordPlan.For(root);
        ValuePlan? value = null;
        var allowEmpty = false;
        foreach (var part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.'))
        {
            switch (value?.Form)
            {
                case ValueForm.Map or ValueForm.List:
                    value = value.Element;
                    allowEmpty = value is { Form: ValueForm.Record } && value.Record.AllowEmpty;
                    break;
                case null or ValueForm.Record:
                    (value, allowEmpty) = Member(value?.Record ?? record, part, settings);
                    break;
                case ValueForm.Free:
                    break;
                default:
                    return null;
            }

            if (value is null)
            {
                return null;
            }
        }

        return value is null ? null : new OptionPath { IsSwitch = value.Form == ValueForm.Boolean || allowEmpty, IsList = value.Form == ValueForm.List };
    }

    private static (ValuePlan? Value, bool AllowEmpty) Member(RecordPlan record, string key, DecoderSettings settings)
    {
        if (record.Find(key) is { } option)
        {
            return (option.Value, option.AllowEmpty);
        }

        if (record.Catalog is not null && settings.Catalogs.TryGetValue(record.Catalog, out var catalog) && catalog.TryFind(key, out _, out var type))
        {
            var value = ValuePlan.For(type);
            return (value, value.Form == ValueForm.Record && value.Record.AllowEmpty);
        }

        return (null, false);
    }
}
