// Stand-ins until the real types land; whoever brings one deletes its line here. The file goes when it is empty.
#pragma warning disable
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Configuration.Runtime;
using Microsoft.AspNetCore.Http;
namespace Ingress.Proxy.Pipeline.Matching
{
    internal sealed class RouterTree(IReadOnlyDictionary<string, RuntimeObject<HttpRouterConfig>> r, IReadOnlyList<string> p)
    { public IEnumerable<RuntimeObject<HttpRouterConfig>> Roots => r.Values; public IReadOnlyList<RuntimeObject<HttpRouterConfig>> ChildrenOf(RuntimeObject<HttpRouterConfig> x) => []; public RequestDelegate Dispatch(RuntimeObject<HttpRouterConfig> x, Func<RuntimeObject<HttpRouterConfig>, RequestDelegate> f) => null!; }
}
