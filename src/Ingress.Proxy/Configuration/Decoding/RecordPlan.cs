using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>What there is to know about one record of options, read from its type once.</summary>
internal sealed class RecordPlan
{
    private static readonly ConcurrentDictionary<Type, RecordPlan> Plans = new();

    private readonly FrozenDictionary<string, OptionPlan> byKey;
    private readonly FrozenDictionary<string, OptionPlan> byLabelItem;
    private readonly ConstructorInvoker constructor;

    private RecordPlan(Type type)
    {
        Type = type;
        Catalog = type.GetCustomAttribute<CatalogAttribute>()?.Name;
        AllowEmpty = type.IsDefined(typeof(AllowEmptyAttribute));
        Options = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null && property.DeclaringType != typeof(CatalogSection))
            .OrderBy(property => property.MetadataToken)
            .Select(property => new OptionPlan(property))];
        SectionsProperty = typeof(CatalogSection).IsAssignableFrom(type) ? type.GetProperty(nameof(CatalogSection.Sections)) : null;
        byKey = Options.ToFrozenDictionary(option => option.Key, StringComparer.OrdinalIgnoreCase);
        byLabelItem = Options.Where(option => option.LabelItem is not null)
            .ToFrozenDictionary(option => option.LabelItem!, StringComparer.OrdinalIgnoreCase);
        constructor = ConstructorInvoker.Create(type.GetConstructor(Type.EmptyTypes)
            ?? throw new NotSupportedException($"{type} needs a constructor without parameters to be decoded."));
    }

    public Type Type { get; }

    /// <summary>The catalog that names further keys; see <see cref="CatalogAttribute"/>.</summary>
    public string? Catalog { get; }

    public bool AllowEmpty { get; }

    public IReadOnlyList<OptionPlan> Options { get; }

    /// <summary>Where the sections of a catalog go, for a <see cref="CatalogSection"/>.</summary>
    public PropertyInfo? SectionsProperty { get; }

    public static RecordPlan For(Type type) => Plans.GetOrAdd(type, static type => new RecordPlan(type));

    public OptionPlan? Find(string key) => byKey.GetValueOrDefault(key);

    /// <summary>The list that labels spell as one object under this key; see <see cref="LabelItemAttribute"/>.</summary>
    public OptionPlan? FindLabel(string key) => byLabelItem.GetValueOrDefault(key);

    public object Create() => constructor.Invoke()!;
}

/// <summary>One option of a record.</summary>
internal sealed class OptionPlan
{
    private readonly PropertyInfo property;

    public OptionPlan(PropertyInfo property)
    {
        this.property = property;
        Key = property.GetCustomAttribute<KeyAttribute>()?.Key ?? CamelCase(property.Name);
        Value = ValuePlan.For(property.PropertyType);
        LabelItem = property.GetCustomAttribute<LabelItemAttribute>()?.Key;
        AllowEmpty = property.IsDefined(typeof(AllowEmptyAttribute)) || Value.Type.IsDefined(typeof(AllowEmptyAttribute), inherit: false);
        NotFromLabels = property.IsDefined(typeof(NotFromLabelsAttribute));
        AlwaysShown = property.IsDefined(typeof(AlwaysShownAttribute));
        NotShown = property.IsDefined(typeof(NotShownAttribute));
        Secret = property.IsDefined(typeof(SecretAttribute));
    }

    public string Key { get; }

    public ValuePlan Value { get; }

    public string? LabelItem { get; }

    public bool AllowEmpty { get; }

    public bool NotFromLabels { get; }

    public bool AlwaysShown { get; }

    public bool NotShown { get; }

    public bool Secret { get; }

    public object? Get(object record) => property.GetValue(record);

    public void Set(object record, object? value) => property.SetValue(record, value);

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}

/// <summary>The forms a value of an option can have.</summary>
internal enum ValueForm
{
    Text,
    Boolean,
    Integer,
    Long,
    Number,
    Duration,
    List,
    Map,
    Record,

    /// <summary>Anything at all, kept as texts, lists and maps.</summary>
    Free,
}

/// <summary>The type of a value, taken apart.</summary>
internal sealed class ValuePlan
{
    private static readonly ConcurrentDictionary<Type, ValuePlan> Plans = new();

    private readonly Lazy<RecordPlan>? record;
    private readonly ConstructorInvoker? mapConstructor;

    private ValuePlan(Type type)
    {
        Type = Nullable.GetUnderlyingType(type) ?? type;
        IsNullable = Type != type;
        Form = FormOf(Type);
        switch (Form)
        {
            case ValueForm.List:
                Element = For(Type.GetGenericArguments()[0]);
                break;
            case ValueForm.Map:
                Element = For(Type.GetGenericArguments()[1]);
                mapConstructor = ConstructorInvoker.Create(
                    typeof(Dictionary<,>).MakeGenericType(typeof(string), Type.GetGenericArguments()[1]).GetConstructor(Type.EmptyTypes)!);
                break;
            case ValueForm.Record:
                record = new Lazy<RecordPlan>(() => RecordPlan.For(Type));
                break;
        }
    }

    /// <summary>The type without its question mark.</summary>
    public Type Type { get; }

    public bool IsNullable { get; }

    public ValueForm Form { get; }

    /// <summary>What a list or a map holds.</summary>
    public ValuePlan? Element { get; }

    public RecordPlan Record => record!.Value;

    public static ValuePlan For(Type type) => Plans.GetOrAdd(type, static type => new ValuePlan(type));

    public System.Collections.IDictionary CreateMap() => (System.Collections.IDictionary)mapConstructor!.Invoke()!;

    private static ValueForm FormOf(Type type)
    {
        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            return definition == typeof(IReadOnlyList<>) ? ValueForm.List
                : definition == typeof(IReadOnlyDictionary<,>) ? ValueForm.Map
                : throw new NotSupportedException($"Options of type {type} cannot be decoded; use IReadOnlyList or IReadOnlyDictionary.");
        }

        return type switch
        {
            _ when type == typeof(string) => ValueForm.Text,
            _ when type == typeof(bool) => ValueForm.Boolean,
            _ when type == typeof(int) => ValueForm.Integer,
            _ when type == typeof(long) => ValueForm.Long,
            _ when type == typeof(double) => ValueForm.Number,
            _ when type == typeof(GoDuration) => ValueForm.Duration,
            _ when type == typeof(object) => ValueForm.Free,
            _ when type.IsClass => ValueForm.Record,
            _ => throw new NotSupportedException($"Options of type {type} cannot be decoded."),
        };
    }
}
