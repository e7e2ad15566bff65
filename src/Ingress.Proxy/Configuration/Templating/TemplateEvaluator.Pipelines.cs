using System.Reflection;

namespace Ingress.Proxy.Configuration.Templating;

internal sealed partial class TemplateEvaluator
{
    private object? Evaluate(Pipeline pipeline, object? dot, bool declare = true)
    {
        object? value = null;
        var piped = false;
        foreach (var command in pipeline.Commands)
        {
            value = GoValue.Normalize(Evaluate(command, dot, value, piped));
            piped = true;
        }

        if (declare)
        {
            foreach (var name in pipeline.Variables)
            {
                if (pipeline.IsAssignment)
                {
                    Assign(pipeline, name, value);
                }
                else
                {
                    variables.Add((name, value));
                }
            }
        }

        return value;
    }

    private void Assign(Pipeline pipeline, string name, object? value)
    {
        for (var i = variables.Count - 1; i >= 0; i--)
        {
            if (variables[i].Name == name)
            {
                variables[i] = (name, value);
                return;
            }
        }

        throw Fault(pipeline.Commands[0].Position, pipeline.Commands[0].Source, $"undefined variable: {name}");
    }

    private object? Evaluate(TemplateCommand command, object? dot, object? last, bool piped)
    {
        var first = command.Operands[0];
        switch (first)
        {
            case TemplateOperand.Function function:
                return Call(function, command, dot, last, piped);
            case TemplateOperand.Nil:
                throw Fault(first.Position, first.Source, "nil is not a command");
        }

        if (command.Operands.Count > 1 || piped)
        {
            throw Fault(first.Position, first.Source, $"can't give argument to non-function {first.Source}");
        }

        return Evaluate(first, dot);
    }

    private object? Evaluate(TemplateOperand operand, object? dot)
    {
        switch (operand)
        {
            case TemplateOperand.Dot:
                return dot;
            case TemplateOperand.Nil:
                return null;
            case TemplateOperand.Constant constant:
                return constant.Value;
            case TemplateOperand.Field field:
                return Fields(dot, field.Names, field);
            case TemplateOperand.Variable variable:
                return Fields(Variable(variable), variable.Names, variable);
            case TemplateOperand.Chain chain:
                return Fields(Evaluate(chain.Inner, dot), chain.Names, chain);
            case Pipeline pipeline:
                return Evaluate(pipeline, dot);
            case TemplateOperand.Function function:
                return Call(function, new TemplateCommand([function], function.Position, function.Source), dot, null, piped: false);
            default:
                throw new InvalidOperationException($"unknown operand {operand}");
        }
    }

    private object? Variable(TemplateOperand.Variable variable)
    {
        for (var i = variables.Count - 1; i >= 0; i--)
        {
            if (variables[i].Name == variable.Name)
            {
                return variables[i].Value;
            }
        }

        throw Fault(variable.Position, variable.Source, $"undefined variable: {variable.Name}");
    }

    private object? Fields(object? value, IReadOnlyList<string> names, TemplateOperand operand)
    {
        foreach (var name in names)
        {
            value = Field(value, name, operand);
        }

        return value;
    }

    private object? Field(object? value, string name, TemplateOperand operand)
    {
        if (value is null)
        {
            return null;
        }

        if (GoValue.TryLookUp(value, name, out var found, out _))
        {
            return GoValue.Normalize(found);
        }

        if (value is not (string or bool or long or double or System.Collections.IEnumerable or GoDuration)
            && value.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance) is { } property)
        {
            return GoValue.Normalize(property.GetValue(value));
        }

        throw Fault(operand.Position, operand.Source, $"can't evaluate field {name} in type {GoValue.TypeName(value)}");
    }

    private object? Call(TemplateOperand.Function function, TemplateCommand command, object? dot, object? last, bool piped)
    {
        var entry = functions.Find(function.Name)!;
        var count = command.Operands.Count - 1 + (piped ? 1 : 0);
        if (count < entry.Minimum || count > entry.Maximum)
        {
            var wanted = entry.Maximum == int.MaxValue ? $"at least {entry.Minimum}" : $"{entry.Minimum}";
            throw Fault(function.Position, function.Name, $"wrong number of args for {function.Name}: want {wanted} got {count}");
        }

        if (function.Name is "and" or "or")
        {
            return Choose(function.Name == "or", command, dot, last, piped);
        }

        var arguments = new object?[count];
        for (var i = 1; i < command.Operands.Count; i++)
        {
            arguments[i - 1] = GoValue.Normalize(Evaluate(command.Operands[i], dot));
        }

        if (piped)
        {
            arguments[^1] = last;
        }

        try
        {
            return entry.Call(new TemplateArguments(arguments));
        }
        catch (TemplateArgumentFault fault)
        {
            throw WrongArgument(command, fault);
        }
        catch (Exception exception) when (exception is TemplateFault or ArithmeticException or ArgumentException or FormatException or InvalidCastException)
        {
            throw Fault(function.Position, command.Source, $"error calling {function.Name}: {exception.Message}");
        }
    }

    /// <summary><c>and</c> and <c>or</c> stop at the first argument that decides.</summary>
    private object? Choose(bool wanted, TemplateCommand command, object? dot, object? last, bool piped)
    {
        object? value = null;
        for (var i = 1; i < command.Operands.Count; i++)
        {
            value = Evaluate(command.Operands[i], dot);
            if (GoValue.IsTrue(value) == wanted)
            {
                return value;
            }
        }

        return piped ? last : value;
    }

    private TemplateException WrongArgument(TemplateCommand command, TemplateArgumentFault fault)
    {
        var operand = fault.Index + 1 < command.Operands.Count ? command.Operands[fault.Index + 1] : null;
        return operand switch
        {
            TemplateOperand.Constant when fault.Expected.StartsWith("map", StringComparison.Ordinal) =>
                Fault(operand.Position, operand.Source, $"can't handle {operand.Source} for arg of type {fault.Expected}"),
            TemplateOperand.Constant => Fault(operand.Position, operand.Source, $"expected {fault.Expected}; found {operand.Source}"),
            TemplateOperand.Nil => Fault(operand.Position, operand.Source, $"cannot assign nil to {fault.Expected}"),
            _ => Fault(
                operand?.Position ?? command.Position,
                operand?.Source ?? command.Source,
                fault.Value is null
                    ? $"invalid value; expected {fault.Expected}"
                    : $"wrong type for value; expected {(fault.Expected == "integer" ? "int" : fault.Expected)}; got {GoValue.TypeName(fault.Value)}"),
        };
    }
}
