using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Matching;

/// <summary>One router of an entry point.</summary>
/// <param name="Name">The qualified name.</param>
/// <param name="Rule">The rule as written.</param>
/// <param name="RuleSyntax"><c>v2</c>; everything else is v3.</param>
/// <param name="Priority">The higher is asked first; 0 stands for the rule's length in bytes.</param>
/// <param name="Handler">What runs where it is chosen.</param>
internal sealed record RouterEntry(string Name, string Rule, string RuleSyntax, long Priority, RequestDelegate Handler);
