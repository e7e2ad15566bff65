using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Middlewares;

/// <summary>
/// Refuses requests whose path has percent-encoded characters that other programs may read differently (<c>encodedCharacters</c>): 400 and no body.
/// Everything that is not allowed is refused.
/// </summary>
public sealed record EncodedCharactersOptions
{
    /// <summary>Allows <c>%2F</c>. Default: false.</summary>
    public bool AllowEncodedSlash { get; init; }

    /// <summary>Allows <c>%5C</c>. Default: false.</summary>
    public bool AllowEncodedBackSlash { get; init; }

    /// <summary>Allows <c>%00</c>. Default: false.</summary>
    public bool AllowEncodedNullCharacter { get; init; }

    /// <summary>Allows <c>%3B</c>. Default: false.</summary>
    public bool AllowEncodedSemicolon { get; init; }

    /// <summary>Allows <c>%25</c>. Default: false.</summary>
    public bool AllowEncodedPercent { get; init; }

    /// <summary>Allows <c>%3F</c>. Default: false.</summary>
    public bool AllowEncodedQuestionMark { get; init; }

    /// <summary>Allows <c>%23</c>. Default: false.</summary>
    public bool AllowEncodedHash { get; init; }
}

internal sealed class EncodedCharacters
{
    private readonly RequestDelegate next;
    private readonly string[] denied;

    private EncodedCharacters(RequestDelegate next, EncodedCharactersOptions options)
    {
        this.next = next;
        denied =
        [
            .. Unless(options.AllowEncodedSlash, "2F"),
            .. Unless(options.AllowEncodedBackSlash, "5C"),
            .. Unless(options.AllowEncodedNullCharacter, "00"),
            .. Unless(options.AllowEncodedSemicolon, "3B"),
            .. Unless(options.AllowEncodedPercent, "25"),
            .. Unless(options.AllowEncodedQuestionMark, "3F"),
            .. Unless(options.AllowEncodedHash, "23"),
        ];
    }

    /// <summary>Stands before a handler with options that are no middleware's, such as an entry point's.</summary>
    public static RequestDelegate Before(RequestDelegate next, EncodedCharactersOptions options) => new EncodedCharacters(next, options).InvokeAsync;

    public static RequestDelegate Build(MiddlewareBuild build) => new EncodedCharacters(build.Next, build.OptionsAs<EncodedCharactersOptions>()).InvokeAsync;

    private static string[] Unless(bool isAllowed, string code) => isAllowed ? [] : [code];

    private Task InvokeAsync(HttpContext context)
        => IsDenied(RequestState.Of(context).Target.EscapedPath) ? PlainAnswers.EmptyAsync(context, StatusCodes.Status400BadRequest) : next(context);

    private bool IsDenied(string path)
    {
        for (var i = path.IndexOf('%', StringComparison.Ordinal); i >= 0 && i + 2 < path.Length; i = path.IndexOf('%', i + 1))
        {
            var code = path.AsSpan(i + 1, 2);
            foreach (var each in denied)
            {
                if (code.Equals(each, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
