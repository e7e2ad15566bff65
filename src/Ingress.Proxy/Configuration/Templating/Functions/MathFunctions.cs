namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Arithmetic. Arguments of any type are taken for the number they spell; what spells none counts as 0.</summary>
internal static class MathFunctions
{
    public static void AddTo(TemplateFunctionSet set)
    {
        set.AddVariadic("add", 0, a => a.All.Aggregate(0L, (sum, value) => sum + GoValue.ToInteger(value)))
            .Add("add1", 1, a => GoValue.ToInteger(a[0]) + 1)
            .Add("sub", 2, a => GoValue.ToInteger(a[0]) - GoValue.ToInteger(a[1]))
            .AddVariadic("mul", 1, a => a.All.Aggregate(1L, (product, value) => product * GoValue.ToInteger(value)))
            .Add("div", 2, a => GoValue.ToInteger(a[0]) / Divisor(a[1]))
            .Add("mod", 2, a => GoValue.ToInteger(a[0]) % Divisor(a[1]))
            .AddVariadic("max", 1, a => a.All.Max(GoValue.ToInteger))
            .AddVariadic("biggest", 1, a => a.All.Max(GoValue.ToInteger))
            .AddVariadic("min", 1, a => a.All.Min(GoValue.ToInteger))
            .Add("randInt", 2, a => (long)Random.Shared.Next(a.Count32(0), a.Count32(1)));
        set.AddVariadic("addf", 0, a => a.All.Aggregate(0d, (sum, value) => Exact(sum, value, (x, y) => x + y)))
            .Add("add1f", 1, a => Exact(GoValue.ToDouble(a[0]), 1L, (x, y) => x + y))
            .AddVariadic("subf", 1, a => Fold(a, (x, y) => x - y))
            .AddVariadic("mulf", 1, a => Fold(a, (x, y) => x * y))
            .AddVariadic("divf", 1, a => a.From(1).Any(value => GoValue.ToDouble(value) == 0) ? throw new TemplateFault("decimal division by 0") : Fold(a, (x, y) => x / y))
            .AddVariadic("maxf", 1, a => a.All.Max(GoValue.ToDouble))
            .AddVariadic("minf", 1, a => a.All.Min(GoValue.ToDouble))
            .Add("ceil", 1, a => Math.Ceiling(GoValue.ToDouble(a[0])))
            .Add("floor", 1, a => Math.Floor(GoValue.ToDouble(a[0])))
            .AddVariadic("round", 2, a => Round(GoValue.ToDouble(a[0]), a.Count32(1), a.Count > 2 ? GoValue.ToDouble(a[2]) : 0.5));
    }

    private static long Divisor(object? value) =>
        GoValue.ToInteger(value) is var divisor && divisor == 0 ? throw new TemplateFault("runtime error: integer divide by zero") : divisor;

    private static double Fold(TemplateArguments arguments, Func<decimal, decimal, decimal> operation) =>
        arguments.From(1).Aggregate(GoValue.ToDouble(arguments[0]), (result, value) => Exact(result, value, operation));

    // In decimals, so that 0.1 + 0.2 is 0.3.
    private static double Exact(double left, object? right, Func<decimal, decimal, decimal> operation) =>
        (double)operation((decimal)left, (decimal)GoValue.ToDouble(right));

    private static double Round(double number, int places, double threshold)
    {
        var power = Math.Pow(10, places);
        var digit = power * number;
        var fraction = digit - Math.Truncate(digit);
        return (fraction >= threshold ? Math.Ceiling(digit) : Math.Floor(digit)) / power;
    }
}
