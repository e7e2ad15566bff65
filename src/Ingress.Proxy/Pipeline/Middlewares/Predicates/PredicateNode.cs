namespace Ingress.Proxy.Pipeline.Middlewares.Predicates;

/// <summary>A part of a parsed predicate.</summary>
internal abstract record PredicateNode;

/// <summary>Both sides, or one of them, must hold.</summary>
/// <param name="IsAnd">Whether both must.</param>
/// <param name="Left">The first side.</param>
/// <param name="Right">The second side.</param>
internal sealed record LogicNode(bool IsAnd, PredicateNode Left, PredicateNode Right) : PredicateNode;

/// <summary>A comparison of two values.</summary>
/// <param name="Operator">One of &lt; &lt;= &gt; &gt;= == !=.</param>
/// <param name="Left">The first value.</param>
/// <param name="Right">The second value.</param>
internal sealed record ComparisonNode(string Operator, PredicateNode Left, PredicateNode Right) : PredicateNode;

/// <summary>A call of a function.</summary>
/// <param name="Name">The function.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record CallNode(string Name, IReadOnlyList<PredicateNode> Arguments) : PredicateNode;

/// <summary>A constant.</summary>
/// <param name="Value">A whole number (<see cref="long"/>), a number with a point (<see cref="double"/>) or a text.</param>
internal sealed record LiteralNode(object Value) : PredicateNode;
