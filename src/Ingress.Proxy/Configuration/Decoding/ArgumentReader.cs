namespace Ingress.Proxy.Configuration.Decoding;

/// <summary>
/// Reads flags such as <c>--entrypoints.web.address=:80</c> into nodes. A switch (a boolean, or a structure that may be given bare) needs no value and never
/// takes the next word; a list given twice adds up; what follows a word that is no flag is passed over.
/// </summary>
public static class ArgumentReader
{
    /// <summary>Reads the arguments as options of <typeparamref name="T"/>.</summary>
    public static ReadResult Read<T>(IReadOnlyList<string> arguments, DecoderSettings settings)
        where T : class
    {
        var faults = new List<DecodeFault>();
        var flags = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument is "--" || !argument.StartsWith('-') || argument.Length < 2)
            {
                break;
            }

            var flag = argument.TrimStart('-');
            if (flag.Length == 0 || flag[0] == '=' || argument.Length - flag.Length > 2)
            {
                faults.Add(new DecodeFault { Path = argument, Reason = "is no flag; write --name=value" });
                continue;
            }

            var equals = flag.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? flag : flag[..equals];
            var option = OptionPath.Find(typeof(T), name, settings);
            string value;
            if (equals >= 0)
            {
                value = flag[(equals + 1)..];
            }
            else if (option is { IsSwitch: false } && index + 1 < arguments.Count && !IsFlag(arguments[index + 1]))
            {
                value = arguments[++index];
            }
            else
            {
                value = "true";
            }

            flags[name] = option is { IsList: true } && flags.TryGetValue(name, out var before) ? $"{before},{value}" : value;
        }

        var root = Node.OfMap("");
        foreach (var (name, value) in flags)
        {
            LabelReader.Add(root, $"--{name}", name, value, faults);
        }

        return new ReadResult(root.HasChildren ? root : null, faults);
    }

    private static bool IsFlag(string word) => word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]);
}
