using Ingress.Proxy.Configuration;
using Ingress.Proxy.Pipeline.Middlewares.Predicates;

namespace Ingress.Proxy.Tests.Pipeline.Middlewares.Predicates;

public sealed class PredicateCompilerTests
{
    private static readonly PredicateCompiler<int> Compiler = new(static (name, arguments) => name switch
    {
        "Number" => new PredicateFunction<int> { Whole = static subject => subject },
        "Half" => new PredicateFunction<int> { Fraction = static subject => subject / 2.0 },
        "Word" => new PredicateFunction<int> { Text = static subject => subject == 1 ? "one" : "other" },
        "IsOdd" => new PredicateFunction<int> { Truth = static subject => subject % 2 == 1 },
        "IsOver" => new PredicateFunction<int> { Truth = subject => subject > (long)arguments[0] },
        _ => null,
    });

    [Theory]
    [InlineData("Number() == 1", true)]
    [InlineData("Number() != 1", false)]
    [InlineData("Number()<2", true)]
    [InlineData("Number() >= 2", false)]
    [InlineData("Half() == 0.5", true)]
    [InlineData("Half() > 0.5", false)]
    [InlineData("Half() >= .5", true)]
    [InlineData("Word() == \"one\"", true)]
    [InlineData("Word() != `one`", false)]
    [InlineData("IsOdd()", true)]
    [InlineData("IsOver(0) && IsOver(1)", false)]
    [InlineData("IsOver(0) || IsOver(1)", true)]
    [InlineData("IsOver(1) && IsOver(1) || IsOdd()", true)]
    [InlineData("IsOdd() || IsOver(1) && IsOver(1)", true)]
    [InlineData("(IsOdd() || IsOver(1)) && IsOver(1)", false)]
    [InlineData("((Number() <= 1))", true)]
    public void Decides(string text, bool expected) => Assert.Equal(expected, Compiler.Compile(text)(1));

    [Theory]
    [InlineData("IsOdd(", "1:7: expected ')', found 'EOF'")]
    [InlineData("", "1:1: expected operand, found 'EOF'")]
    [InlineData("IsOdd() &&", "1:11: expected operand, found 'EOF'")]
    [InlineData("IsOdd() IsOdd()", "1:9: expected EOF, found 'IsOdd'")]
    [InlineData("!IsOdd()", "1:1: expected operand, found '!'")]
    [InlineData("Foo() > 1", "unsupported function: Foo")]
    [InlineData("Half() > 1", "Half is compared with a number that has a point, such as 0.5, not with 1")]
    [InlineData("Number() > 1.5", "Number is compared with a whole number, not with 1.5")]
    [InlineData("1 < Number()", "< needs a function on its left and a constant on its right")]
    [InlineData("Number()", "Number is a value: compare it with something")]
    [InlineData("Word() < \"x\"", "Word cannot be compared by < with x")]
    [InlineData("Word() == \"x", "1:11: string literal not terminated")]
    [InlineData("1.2.3", "1:1: \"1.2.3\" is not a number")]
    [InlineData("5", "expected a predicate, found the constant 5")]
    public void SaysWhatIsWrong(string text, string message)
        => Assert.Equal(message, Assert.Throws<ConfigurationException>(() => Compiler.Compile(text)).Message);
}
