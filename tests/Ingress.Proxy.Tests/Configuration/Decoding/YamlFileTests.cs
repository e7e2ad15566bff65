using Ingress.Proxy.Configuration;
using Ingress.Proxy.Configuration.Decoding;
using Ingress.Proxy.Configuration.DynamicModel;
using Ingress.Proxy.Extensibility;

namespace Ingress.Proxy.Tests.Configuration.Decoding;

public sealed class YamlFileTests
{
    private const string Three = """
        # routes of a small site
        http:
          routers:
            one:
              rule: Host(`one.test`) && !Path(`/x`)
              service: s
            # the second one
            two:
              rule: Host(`two.test`)
              service: s

            three:
              rule: >-
                Host(`three.test`)
                || Host(`3.test`)
              entryPoints:
              - web
              service: s
          services:
            s:
              loadBalancer:
                servers:
                - url: http://127.0.0.1:1
        tls:
          certificates:
          - certFile: a
            keyFile: b

        """;

    // Entries as people write them, and as nobody should.
    private static readonly string[] Entries =
    [
        "N:\n  rule: Host(`a`) && PathPrefix(`/b`)\n  service: s\n",
        "N:\n  rule: \"Host(`a`)\"\n  priority: 5\n  tls: {}\n",
        "N:\n  rule: 'Host(`it''s`)'\n  middlewares: [a, b]\n",
        "N:\n  rule: |\n    Host(`a`)\n\n    || Host(`b`)\n  service: s\n\n",
        "N:\n  rule: vault://host\n",
        "N:\n  priority: many\n",
        "N:\n  tls: maybe\n  rule: x\n",
        "N:\n  unknown: 1\n",
        "N: {rule: flow, service: s}\n",
        "N: &anchor\n  rule: anchored\n",
        "N: *anchor\n",
        "N:\n  <<: *anchor\n  service: s\n",
        "N:\n  service: &name s\n",
        "N:\n",
        "N: ~\n",
        "N:\n- a\n",
        "# N:\n",
        "\n",
        "N:\n  rule: \"open\n",
        "N:\n  rule: close\"\n",
        "N:\n\trule: x\n",
        "N:\n  rule: Host(`a`) # why\n  service: s\n",
        "N:\n  rule: one\n  rule: two\n",
        "\"N\":\n  rule: quoted\n",
        "N :\n  rule: spaced\n",
        "N:\n  rule: a\n   b: c\n",
        "N:\n  rule: [a,\nb]\n",
        "N:\r\n  rule: x\r\n",
        "N:\n  rule: !!str 5\n",
        "N:\n  ? rule\n  : x\n",
    ];

    private static readonly string[] Heads =
    [
        "http:\n  routers:\n", "http:\n  services:\n", "  middlewares:\n", "  routers:\n", "HTTP:\n  routers:\n", "http:\n    routers:\n", "tcp:\n  routers:\n", "tls:\n  options:\n",
        "x-more: &anchor\n  rule: more\n", "---\n", "...\n", "http: {}\n", "  routers: &anchor\n", "udp:\n", "% \n", " stray\n",
    ];

    [Fact]
    public void OnlyWhatHasChangedIsReadAnew()
    {
        var file = new YamlFile();
        var before = Decoded(file.Read(Three, "dyn.yml"), "").Value.Http!;
        var changed = Three.Replace("two.test", "2.test", StringComparison.Ordinal).Replace("# routes", "# some\n# more routes", StringComparison.Ordinal);
        var after = Decoded(file.Read(changed, "dyn.yml"), "").Value.Http!;

        Assert.Equal(["one", "two", "three"], after.Routers!.Keys);
        Assert.Same(before.Routers!["one"], after.Routers["one"]);
        Assert.Same(before.Routers["three"], after.Routers["three"]);
        Assert.Same(before.Services!["s"], after.Services!["s"]);
        Assert.Equal("Host(`2.test`)", after.Routers["two"].Rule);
        Assert.Equal("Host(`three.test`) || Host(`3.test`)", after.Routers["three"].Rule);
    }

    [Fact]
    public void AnEntryCanGoAndComeBack()
    {
        var file = new YamlFile();
        var without = Three.Replace("    one:\n      rule: Host(`one.test`) && !Path(`/x`)\n      service: s\n", "", StringComparison.Ordinal);
        foreach (var text in (string[])[Three, without, Three, Three])
        {
            AssertSame(file, text, "");
        }

        Assert.Equal(["two", "three"], Decoded(file.Read(without, "dyn.yml"), "").Value.Http!.Routers!.Keys);
    }

    [Fact]
    public void WhatIsBehindAReferenceIsAskedForEachTime()
    {
        const string text = "http:\n  routers:\n    r:\n      rule: vault://host\n";
        var file = new YamlFile();
        Assert.Equal("1:host", Decoded(file.Read(text, ""), "1").Value.Http!.Routers!["r"].Rule);
        Assert.Equal("2:host", Decoded(file.Read(text, ""), "2").Value.Http!.Routers!["r"].Rule);
    }

    [Theory]
    [InlineData("    one:\n      rule: x\n", 0)]
    [InlineData("    four:\n      priority: many\n", 0)]
    [InlineData("    four:\n      nonsense: 1\n", 5)]
    [InlineData("    four:\n\t  rule: x\n", 0)]
    [InlineData("    four:\n      rule: \"x\n", 5)]
    public void FaultsHaveTheLinesOfTheWholeFile(string added, int above)
    {
        var file = new YamlFile();
        AssertSame(file, Three, "");
        var text = new string('\n', above) + Three.Replace("  services:\n", added + "  services:\n", StringComparison.Ordinal);
        AssertSame(file, text, "");
        Assert.NotEmpty(Told(YamlReader.Read(text, "dyn.yml"), "").Faults);
        AssertSame(file, Three, "");
    }

    /// <summary>Files put together of odd pieces and edited at random give the same as a reading of the whole, at every step.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AnyEditGivesWhatAWholeReadingGives(int seed)
    {
        var random = new Random(seed);
        var file = new YamlFile();
        List<string> pieces = [Heads[0]];
        for (var step = 0; step < 1500; step++)
        {
            if (step % 100 == 0)
            {
                // Begin anew with what is sound, so that not all steps are about broken files.
                pieces = [Heads[0], .. Enumerable.Range(0, 6).Select(_ => Entry(random, sound: true))];
            }

            Edit(pieces, random);
            var text = string.Concat(pieces);
            if (random.Next(20) == 0 && text.Length > 0)
            {
                var at = random.Next(text.Length);
                text = random.Next(2) == 0 ? text.Remove(at, 1) : text.Insert(at, random.GetItems((string[])["\n", " ", "\"", "&", "*", ":", "#", "\t", "\u0085", "{", "'"], 1)[0]);
            }

            AssertSame(file, text, (step % 3).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static void Edit(List<string> pieces, Random random)
    {
        var at = random.Next(pieces.Count);
        switch (random.Next(8))
        {
            case 0:
                pieces.RemoveAt(at);
                break;
            case 1:
                pieces.Insert(at, Heads[random.Next(Heads.Length)]);
                break;
            case 2:
                pieces.Insert(at, pieces[random.Next(pieces.Count)]);
                break;
            case 3:
                (pieces[0], pieces[at]) = (pieces[at], pieces[0]);
                break;
            default:
                pieces.Insert(at, Entry(random, sound: random.Next(3) > 0));
                break;
        }

        if (pieces.Count is 0 or > 14)
        {
            pieces.Clear();
            pieces.Add(Heads[0]);
        }
    }

    private static string Entry(Random random, bool sound)
    {
        var entry = Entries[random.Next(sound ? 5 : Entries.Length)].Replace("N", "r" + random.Next(9), StringComparison.Ordinal);
        return string.Concat(entry.Split('\n')[..^1].Select(line => (line.Length > 0 ? "    " : "") + line + "\n"));
    }

    private static void AssertSame(YamlFile file, string text, string opened)
    {
        var (whole, parts) = (Told(YamlReader.Read(text, "dyn.yml"), opened), Told(file.Read(text, "dyn.yml"), opened));
        Assert.True(whole.Faults.SequenceEqual(parts.Faults), $"""
            {text}
            gives {string.Join('\n', parts.Faults)}
            not {string.Join('\n', whole.Faults)}
            """);
        Assert.Equal(whole.Configuration, parts.Configuration);
    }

    private static (string Configuration, IReadOnlyList<string> Faults) Told(ReadResult read, string opened)
    {
        if (read.Root is null || read.Faults.Count > 0)
        {
            return (read.Root is null ? "empty" : "faulty", [.. read.Faults.Select(fault => fault.ToString())]);
        }

        var decoded = Decoded(read, opened);
        return (Ordered(decoded.Value), [.. decoded.Faults.Concat(decoded.Warnings).Select(fault => fault.ToString())]);
    }

    private static string Ordered(DynamicConfiguration configuration) => RecordJson.Canonical(configuration) + string.Join(',', configuration.Http?.Routers?.Keys ?? []);

    private static DecodeResult<DynamicConfiguration> Decoded(ReadResult read, string opened) =>
        Decoder.Decode<DynamicConfiguration>(read.Root!, new DecoderSettings { Resolvers = [new Vault(opened)] });

    private sealed class Vault(string opened) : IValueResolver
    {
        public string Scheme => "vault";

        public string? Resolve(string reference) => $"{opened}:{reference}";
    }
}
