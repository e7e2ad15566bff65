namespace Ingress.Proxy.Configuration.Templating.Functions;

/// <summary>Functions that choose between values.</summary>
internal static class DefaultFunctions
{
    public static void AddTo(TemplateFunctionSet set) => set
        .AddVariadic("default", 1, a => a.Count > 1 && GoValue.IsTrue(a[1]) ? a[1] : a[0])
        .Add("empty", 1, a => !GoValue.IsTrue(a[0]))
        .AddVariadic("coalesce", 0, a => Array.Find(a.All, GoValue.IsTrue))
        .AddVariadic("all", 0, a => Array.TrueForAll(a.All, GoValue.IsTrue))
        .AddVariadic("any", 0, a => Array.Exists(a.All, GoValue.IsTrue))
        .Add("ternary", 3, a => a.Boolean(2) ? a[0] : a[1])
        .Add("fail", 1, a => throw new TemplateFault(a.Text(0)));
}
