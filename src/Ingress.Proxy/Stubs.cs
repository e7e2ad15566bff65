// Stand-ins until the real types land; whoever brings one deletes its line here. The file goes when it is empty.
#pragma warning disable
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;
namespace Ingress.Proxy.Pipeline.Matching
{
    internal sealed record RouterEntry(string Name, string Rule, string RuleSyntax, long Priority, RequestDelegate Handler);
    internal sealed class HttpRouter { public static HttpRouter Empty { get; } = new(); public static HttpRouter Build(IReadOnlyList<RouterEntry> e, IReadOnlyList<string> p, Action<RouterEntry, string> onError) => new(); public RequestDelegate? Match(RequestState s) => null; }
    internal static class RoutingPath { public static string Of(string p) => p; }
    internal static class RoutingHost { public static string Of(string p) => p; }
    internal sealed class RouterTree(IReadOnlyDictionary<string, RuntimeObject<HttpRouterConfig>> r, IReadOnlyList<string> p)
    { public IEnumerable<RuntimeObject<HttpRouterConfig>> Roots => r.Values; public IReadOnlyList<RuntimeObject<HttpRouterConfig>> ChildrenOf(RuntimeObject<HttpRouterConfig> x) => []; public RequestDelegate Dispatch(RuntimeObject<HttpRouterConfig> x, Func<RuntimeObject<HttpRouterConfig>, RequestDelegate> f) => null!; }
}
namespace Ingress.Proxy.Pipeline.Matching.Rules { internal static class RuleTree { public static IReadOnlyList<string> HostsOf(string r, string s) => []; } }
