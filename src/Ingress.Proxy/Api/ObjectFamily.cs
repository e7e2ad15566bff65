using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>What all families share: filter, order, pages, one object by name. A family says how its objects are written and what they can be ordered by.</summary>
internal abstract class ObjectFamily<T>(string noun, Func<RuntimeConfiguration, IReadOnlyDictionary<string, RuntimeObject<T>>> objects) : IObjectFamily
    where T : class
{
    /// <inheritdoc/>
    public Task ListAsync(HttpContext context, RuntimeConfiguration current)
    {
        var query = ApiAnswers.QueryOf(context);
        var matching = objects(current).Values.Where(item => Matches(item, query));
        var sorted = Sort(matching, query["sortBy"].ToString(), query["direction"].ToString());
        return ApiAnswers.PageAsync(context, [.. sorted], (writer, item) => Write(writer, item, named: true));
    }

    /// <inheritdoc/>
    public Task OneAsync(HttpContext context, RuntimeConfiguration current, string escapedName)
    {
        if (!ApiAnswers.TryDecodeName(escapedName, out var name))
        {
            return ApiAnswers.FailAsync(context, StatusCodes.Status400BadRequest, $"unable to decode {noun}ID \"{escapedName}\": invalid URL escape");
        }

        return objects(current).TryGetValue(name, out var found)
            ? ApiAnswers.JsonAsync(context, writer => Write(writer, found, named: true))
            : ApiAnswers.FailAsync(context, StatusCodes.Status404NotFound, $"{noun} not found: {name}");
    }

    /// <inheritdoc/>
    public void WriteAll(Utf8JsonWriter writer, string key, RuntimeConfiguration current)
    {
        var all = objects(current);
        if (all.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(key);
        foreach (var (name, item) in all.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            Write(writer, item, named: false);
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether the family's own filters let an object through.</summary>
    protected virtual bool MatchesMore(RuntimeObject<T> item, IQueryCollection query) => true;

    /// <summary>Text beyond the name in which a search looks.</summary>
    protected virtual string SearchedText(RuntimeObject<T> item) => "";

    /// <summary>What an object is ordered by; null where the key is unknown, which orders by name.</summary>
    protected abstract IComparable? SortKey(RuntimeObject<T> item, string sortBy);

    /// <summary>Writes the configuration and what only this family has.</summary>
    protected abstract void WriteConfig(Utf8JsonWriter writer, RuntimeObject<T> item, bool named);

    /// <summary>Writes what stands behind the name.</summary>
    protected virtual void WriteTail(Utf8JsonWriter writer, RuntimeObject<T> item, bool named)
    {
    }

    /// <summary>The key of the list of users.</summary>
    protected virtual string UsersKey => "usedBy";

    private bool Matches(RuntimeObject<T> item, IQueryCollection query)
    {
        var search = query["search"].ToString();
        var status = query["status"].ToString();
        return (search.Length == 0 || item.Name.Contains(search, StringComparison.OrdinalIgnoreCase) || SearchedText(item).Contains(search, StringComparison.OrdinalIgnoreCase))
            && (status.Length == 0 || string.Equals(status, ObjectText.Of(item.Status), StringComparison.OrdinalIgnoreCase))
            && MatchesMore(item, query);
    }

    private IEnumerable<RuntimeObject<T>> Sort(IEnumerable<RuntimeObject<T>> items, string sortBy, string direction)
    {
        IComparable Key(RuntimeObject<T> item) => SortKey(item, sortBy) ?? item.Name;
        var comparer = Comparer<IComparable>.Create((left, right) => left is string a && right is string b ? string.CompareOrdinal(a, b) : left.CompareTo(right));
        return direction is "" or "asc"
            ? items.OrderBy(Key, comparer).ThenBy(item => item.Name, StringComparer.Ordinal)
            : items.OrderByDescending(Key, comparer).ThenByDescending(item => item.Name, StringComparer.Ordinal);
    }

    private void Write(Utf8JsonWriter writer, RuntimeObject<T> item, bool named)
    {
        writer.WriteStartObject();
        WriteConfig(writer, item, named);
        if (item.Errors.Count > 0)
        {
            ObjectText.WriteList(writer, "error", item.Errors);
        }

        writer.WriteString("status", ObjectText.Of(item.Status));
        var users = item.UsedBy;
        if (users.Count > 0)
        {
            ObjectText.WriteList(writer, UsersKey, users);
        }

        if (named)
        {
            writer.WriteString("name", item.Name);
            writer.WriteString("provider", item.Provider);
        }

        WriteTail(writer, item, named);
        writer.WriteEndObject();
    }
}

/// <summary>Pieces of text that objects are made of.</summary>
internal static class ObjectText
{
    /// <summary>A status as the API spells it.</summary>
    public static string Of(ObjectStatus status) => status switch
    {
        ObjectStatus.Enabled => "enabled",
        ObjectStatus.Warning => "warning",
        _ => "disabled",
    };

    /// <summary>Writes a list of texts.</summary>
    public static void WriteList(Utf8JsonWriter writer, string key, IEnumerable<string> items)
    {
        writer.WriteStartArray(key);
        foreach (var item in items)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    /// <summary>The one key of a record that is set, in lower case: the type of a service or a middleware.</summary>
    public static string KindOf(object record)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            RecordJson.Write(writer, record);
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name != "middlewares")
            {
                return property.Name.ToLowerInvariant();
            }
        }

        return "";
    }
}
