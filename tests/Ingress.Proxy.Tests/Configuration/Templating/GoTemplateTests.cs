using System.Text.Json;
using Ingress.Proxy.Configuration.Templating;

namespace Ingress.Proxy.Tests.Configuration.Templating;

public sealed class GoTemplateTests
{
    [Fact]
    public void OutputAndErrorsAreThoseOfGo()
    {
        Environment.SetEnvironmentVariable("TEMPLATE_DOMAIN", "x.test");
        Environment.SetEnvironmentVariable("TEMPLATE_HOSTS", "one,two");
        var path = Path.Combine(AppContext.BaseDirectory, "Configuration/Templating/templates.json");
        foreach (var row in JsonSerializer.Deserialize<List<string[]>>(File.ReadAllText(path))!)
        {
            Assert.Equal($"{row[0]} => {row[1]}", $"{row[0]} => {Outcome(row[0])}");
        }
    }

    [Fact]
    public void ObjectsAreSeenByPropertyAndDictionariesByKey()
    {
        var data = new { Name = "wiki", Port = 80, Labels = new Dictionary<string, string> { ["app.path"] = "/docs" } };
        var text = "{{ .Name }}:{{ .Port }}{{ with index .Labels \"app.path\" }} {{ . }}{{ end }}{{ with index .Labels \"none\" }}x{{ end }} {{ .Labels.none }}";
        Assert.Equal("wiki:80 /docs <no value>", GoTemplate.Parse("t", text).Execute(data));
    }

    [Fact]
    public void SplitOfDefaultRulesGivesADictionary()
    {
        const string Text = "{{ (split \",\" \"a,b\")._1 }}";
        Assert.Equal("b", GoTemplate.Parse("t", Text, TemplateFunctionSet.DefaultRule).Execute(null));
    }

    [Theory]
    [InlineData("a\n\n{{ nope }}", 3)]
    [InlineData("a\n{{ if true }}", 2)]
    [InlineData("{{ \"a\" }\n", 1)]
    public void ReadingErrorsNameTheLine(string text, int line) =>
        Assert.Equal(line, Assert.Throws<TemplateException>(() => GoTemplate.Parse("t", text)).Line);

    [Fact]
    public void ExecutionErrorsNameTheLine() =>
        Assert.Equal(2, Assert.Throws<TemplateException>(() => GoTemplate.Parse("t", "a\n{{ fail \"x\" }}").Execute(null)).Line);

    [Fact]
    public void DeepNestingIsRefused() =>
        Assert.Throws<TemplateException>(() => GoTemplate.Parse("t", "{{ " + new string('(', 100_000) + "1" + new string(')', 100_000) + " }}"));

    [Fact]
    public void MutatedTemplatesNeverFailInAnyOtherWay()
    {
        const string Source = "{{ range $i, $e := splitList \",\" (env \"A\") }}{{- if eq $i 1 }}{{ $e | upper | printf \"%5.2f%s\" }}{{ else }}x{{ end -}}{{ end }}";
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var characters = Source.ToList();
            for (var change = 0; change < 3; change++)
            {
                var at = random.Next(characters.Count);
                characters[at] = Source[random.Next(Source.Length)];
                characters.RemoveAt(random.Next(characters.Count));
            }

            try
            {
                GoTemplate.Parse("t", string.Concat(characters)).Execute(false);
            }
            catch (TemplateException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 3000);
    }

    private static string Outcome(string text)
    {
        try
        {
            return GoTemplate.Parse("d.yml", text).Execute(false);
        }
        catch (TemplateException exception)
        {
            return exception.Message;
        }
    }
}
