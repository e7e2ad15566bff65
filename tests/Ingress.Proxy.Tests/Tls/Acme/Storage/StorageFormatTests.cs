using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingress.Proxy.Tls.Acme.Storage;
using Ingress.Testing;

namespace Ingress.Proxy.Tests.Tls.Acme.Storage;

public sealed class StorageFormatTests
{
    [Fact]
    public void AFileOfTraefikIsWrittenBackByteForByte()
    {
        var text = File.ReadAllBytes(Repository.PathOf("tests/conformance/acme/traefik-acme.json"));
        Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(StorageFormat.Write(StorageFormat.Read(text))));
    }

    [Fact]
    public void UnsetMembersAreNullAndResolversAreSorted()
    {
        var resolvers = new SortedDictionary<string, StoredResolver>(StringComparer.Ordinal)
        {
            ["z"] = StoredResolver.Empty,
            ["a"] = new StoredResolver(new StoredAccount("me@home.test", new JsonObject { ["status"] = "valid" }, "https://ca/1", [1, 2]), [new StoredCertificate("a.test", [], [3], [4])]),
        };
        Assert.Equal(
            """
            {
              "a": {
                "Account": {
                  "Email": "me@home.test",
                  "Registration": {
                    "body": {
                      "status": "valid"
                    },
                    "uri": "https://ca/1"
                  },
                  "PrivateKey": "AQI="
                },
                "Certificates": [
                  {
                    "domain": {
                      "main": "a.test"
                    },
                    "certificate": "Aw==",
                    "key": "BA==",
                    "Store": "default"
                  }
                ]
              },
              "z": {
                "Account": null,
                "Certificates": null
              }
            }
            """,
            Encoding.UTF8.GetString(StorageFormat.Write(resolvers)));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" \n", 0)]
    [InlineData("null", 0)]
    [InlineData("{}", 0)]
    [InlineData("""{"le":null}""", 1)]
    [InlineData("""{"le":{"Account":null,"Certificates":null}}""", 1)]
    [InlineData("""{"le":{"account":{"email":"x","keytype":"4096"},"certificates":[{"domain":{"main":"a"}}]}}""", 1)]
    public void UnusualFilesAreRead(string text, int resolvers)
    {
        var read = StorageFormat.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal(resolvers, read.Count);
        Assert.All(read.Values, resolver => Assert.Empty(resolver.Certificates));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"le":{"Certificates":[{"domain":{"main":"a"},"certificate":"%%","key":"AA=="}]}}""")]
    public void BrokenFilesAreRefused(string text) => Assert.ThrowsAny<JsonException>(() => StorageFormat.Read(Encoding.UTF8.GetBytes(text)));
}
