using System.Collections;
using System.Text;

namespace Ingress.Proxy.Configuration.Templating;

/// <summary>Executes the blocks of a template.</summary>
internal sealed partial class TemplateEvaluator
{
    private const int MaximumDepth = 1000;
    private const int MaximumOutput = 64 * 1024 * 1024;

    private readonly string name;
    private readonly string text;
    private readonly IReadOnlyDictionary<string, Block> blocks;
    private readonly TemplateFunctionSet functions;
    private readonly StringBuilder output;
    private List<(string Name, object? Value)> variables = [];
    private string executing;
    private int depth;

    public TemplateEvaluator(string name, string text, IReadOnlyDictionary<string, Block> blocks, TemplateFunctionSet functions, StringBuilder output)
    {
        this.name = name;
        executing = name;
        this.text = text;
        this.blocks = blocks;
        this.functions = functions;
        this.output = output;
    }

    /// <summary>What a block asks of the range around it.</summary>
    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public void Run(object? data)
    {
        data = GoValue.Normalize(data);
        variables.Add(("$", data));
        Execute(blocks[name], data);
    }

    private Flow Execute(Block block, object? dot)
    {
        foreach (var node in block.Nodes)
        {
            if (Execute(node, dot) is var flow && flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Execute(TemplateNode node, object? dot)
    {
        switch (node)
        {
            case TemplateNode.Text text:
                output.Append(text.Value);
                return Flow.Next;
            case TemplateNode.Action action:
                var value = Evaluate(action.Pipeline, dot);
                if (action.Pipeline.Variables.Count == 0)
                {
                    output.Append(value is null ? "<no value>" : GoFormat.Value(value));
                }

                return output.Length > MaximumOutput ? throw Fault(node.Position, action.Pipeline.Source, "the output is too large") : Flow.Next;
            case TemplateNode.If branch:
                return Scoped(() => GoValue.IsTrue(Evaluate(branch.Condition, dot)) ? Execute(branch.Then, dot)
                    : branch.Else is null ? Flow.Next
                    : Execute(branch.Else, dot));
            case TemplateNode.With with:
                return Scoped(() => Evaluate(with.Value, dot) is var inner && GoValue.IsTrue(inner) ? Execute(with.Then, inner)
                    : with.Else is null ? Flow.Next
                    : Execute(with.Else, dot));
            case TemplateNode.Range range:
                return Scoped(() => Repeat(range, dot));
            case TemplateNode.Call call:
                Call(call, dot);
                return Flow.Next;
            case TemplateNode.Break:
                return Flow.Break;
            default:
                return Flow.Continue;
        }
    }

    private Flow Scoped(Func<Flow> body)
    {
        var mark = variables.Count;
        var flow = body();
        variables.RemoveRange(mark, variables.Count - mark);
        return flow;
    }

    private void Call(TemplateNode.Call call, object? dot)
    {
        if (!blocks.TryGetValue(call.Name, out var block))
        {
            throw Fault(call.Position, call.Source, $"template {GoFormat.Quote(call.Name)} not defined");
        }

        if (++depth > MaximumDepth)
        {
            throw Fault(call.Position, call.Source, $"exceeded maximum template depth ({MaximumDepth})");
        }

        var data = call.Data is null ? null : Evaluate(call.Data, dot);
        var (variables, executing) = (this.variables, this.executing);
        (this.variables, this.executing) = ([("$", data)], call.Name);
        Execute(block, data);
        (this.variables, this.executing) = (variables, executing);
        depth--;
    }

    private Flow Repeat(TemplateNode.Range range, object? dot)
    {
        var names = range.Values.Variables;
        var value = Evaluate(range.Values, dot, declare: false);
        var any = false;
        foreach (var (key, item) in Items(range, value))
        {
            any = true;
            var mark = variables.Count;
            if (names.Count > 0)
            {
                var first = names.Count == 1 ? item : key;
                if (range.Values.IsAssignment)
                {
                    Assign(range.Values, names[0], first);
                }
                else
                {
                    variables.Add((names[0], first));
                }
            }

            if (names.Count > 1)
            {
                if (range.Values.IsAssignment)
                {
                    Assign(range.Values, names[1], item);
                }
                else
                {
                    variables.Add((names[1], item));
                }
            }

            var flow = Execute(range.Body, item);
            variables.RemoveRange(mark, variables.Count - mark);
            if (flow == Flow.Break)
            {
                break;
            }
        }

        return any || range.Else is null ? Flow.Next : Execute(range.Else, dot);
    }

    private IEnumerable<(object? Key, object? Item)> Items(TemplateNode.Range range, object? value)
    {
        switch (value)
        {
            case null:
                return [];
            case long count:
                return range.Values.Variables.Count > 1
                    ? throw Fault(range.Values.Commands[0].Position, range.Values.Commands[0].Source, $"can't use {count} to iterate over more than one variable")
                    : Numbers(count);
        }

        if (value is not string && GoValue.Entries(value, out _) is { } entries)
        {
            return entries.Select(entry => ((object?)entry.Key, GoValue.Normalize(entry.Value)));
        }

        return value is IList list
            ? list.Cast<object?>().ToArray().Select((item, index) => ((object?)(long)index, GoValue.Normalize(item)))
            : throw Fault(range.Values.Commands[0].Position, range.Values.Commands[0].Source, $"range can't iterate over {GoFormat.Value(value)}");
    }

    private static IEnumerable<(object? Key, object? Item)> Numbers(long count)
    {
        for (var i = 0L; i < count; i++)
        {
            yield return (i, i);
        }
    }

    private TemplateException Fault(int position, string source, string message)
    {
        position = Math.Min(position, text.Length);
        var before = text.AsSpan(0, position);
        var line = before.Count('\n') + 1;
        var column = Encoding.UTF8.GetByteCount(before[(before.LastIndexOf('\n') + 1)..]);
        return new TemplateException(
            $"template: {name}:{line}:{column}: executing {GoFormat.Quote(executing)} at <{source.ReplaceLineEndings("\\n")}>: {message}",
            line);
    }
}
