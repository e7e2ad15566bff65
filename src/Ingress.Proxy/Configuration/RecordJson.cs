namespace Ingress.Proxy.Configuration;

/// <summary>Options records as JSON text.</summary>
public static class RecordJson
{
    /// <summary>A text that is equal exactly where two records say the same.</summary>
    public static string Canonical(object record) => System.Text.Json.JsonSerializer.Serialize(record, record.GetType());
}
