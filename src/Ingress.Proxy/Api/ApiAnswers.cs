using System.Globalization;
using System.Text;
using System.Text.Json;
using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Api;

/// <summary>What all resources of the API answer with: compact JSON and a newline, pages, and errors as JSON text in plain text.</summary>
internal static class ApiAnswers
{
    private const int DefaultPerPage = 100;

    /// <summary>No such resource.</summary>
    public static Task NotFoundAsync(HttpContext context) => PlainAnswers.ErrorAsync(context, StatusCodes.Status404NotFound, "404 page not found");

    /// <summary>An error with its reason.</summary>
    public static Task FailAsync(HttpContext context, int status, string message)
        => PlainAnswers.ErrorAsync(context, status, "{\"message\":" + JsonEncode(message) + "}");

    /// <summary>One JSON value.</summary>
    public static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write, string contentType = "application/json")
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, RecordJson.WriterOptions))
        {
            write(writer);
        }

        buffer.WriteByte((byte)'\n');
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The page that the query asks for of a list, with the number of the next one.</summary>
    public static Task PageAsync<T>(HttpContext context, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        var query = QueryOf(context);
        if (!TryNumber(query, "page", 1, out var page))
        {
            return FailAsync(context, StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"invalid request: page: {page}"));
        }

        if (!TryNumber(query, "per_page", DefaultPerPage, out var perPage))
        {
            return FailAsync(context, StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"invalid request: per_page: {perPage}"));
        }

        var start = (page - 1L) * perPage;
        if (start != 0 && start >= items.Count)
        {
            return FailAsync(context, StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"invalid request: page: {page}, per_page: {perPage}"));
        }

        var end = Math.Min(start + perPage, items.Count);
        context.Response.Headers["X-Next-Page"] = (end < items.Count ? page + 1 : 1).ToString(CultureInfo.InvariantCulture);
        return JsonAsync(context, writer =>
        {
            writer.WriteStartArray();
            for (var i = (int)start; i < end; i++)
            {
                write(writer, items[i]);
            }

            writer.WriteEndArray();
        });
    }

    /// <summary>The query's decoded values.</summary>
    public static IQueryCollection QueryOf(HttpContext context)
        => new QueryCollection(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(RequestState.Of(context).Target.RawQuery));

    /// <summary>Decodes a name in the path; false where its percent encoding is broken.</summary>
    public static bool TryDecodeName(string escaped, out string name)
    {
        if (!RequestTarget.TryDecode(escaped, out var bytes))
        {
            name = "";
            return false;
        }

        name = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
        return true;
    }

    private static bool TryNumber(IQueryCollection query, string key, int whenAbsent, out int number)
    {
        number = whenAbsent;
        if (!query.TryGetValue(key, out var values) || string.IsNullOrEmpty(values[0]))
        {
            return true;
        }

        if (!int.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            number = 0;
        }

        return number > 0;
    }

    private static string JsonEncode(string text) => "\"" + JsonEncodedText.Encode(text, RecordJson.WriterOptions.Encoder) + "\"";
}
