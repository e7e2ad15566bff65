using System.Globalization;

namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions between types, and questions about types.</summary>
internal static class ConversionFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .Add("toString", 1, a => GoFormat.Value(a[0]))
        .Add("int", 1, a => GoValue.ToInteger(a[0]))
        .Add("int64", 1, a => GoValue.ToInteger(a[0]))
        .Add("float64", 1, a => GoValue.ToDouble(a[0]))
        .Add("atoi", 1, a => long.TryParse(a.Text(0), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0L)
        .Add("toDecimal", 1, a => Octal(GoFormat.Value(a[0])))
        .Add("typeOf", 1, a => GoValue.TypeName(a[0]))
        .Add("typeIs", 2, a => GoValue.TypeName(a[1]) == a.Text(0))
        .Add("typeIsLike", 2, a => GoValue.TypeName(a[1]) is var name && (name == a.Text(0) || "*" + name == a.Text(0)))
        .Add("kindOf", 1, a => GoValue.KindName(a[0]))
        .Add("kindIs", 2, a => GoValue.KindName(a[1]) == a.Text(0))
        .Add("deepEqual", 2, a => GoValue.DeepEquals(a[0], a[1]));

    private static long Octal(string text)
    {
        var value = 0L;
        foreach (var c in text)
        {
            if (c is < '0' or > '7')
            {
                return 0;
            }

            value = (value * 8) + c - '0';
        }

        return value;
    }
}
