using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ingress.Providers.DockerEngine.SocketFilter;

namespace Ingress.Providers.Tests.DockerEngine.SocketFilter;

public sealed class VisibleFieldsTests
{
    [Theory]
    [InlineData("A", """{"A":"x","B":"secret"}""", """{"A":"x","B":""}""")]
    [InlineData("A", """{"A":{"B":["x"]},"C":{"D":"secret"},"E":["secret"]}""", """{"A":{"B":["x"]},"C":{},"E":[]}""")]
    [InlineData("A", """[{"A":"x"},{"A":"y","B":"secret"}]""", """[{"A":"x"},{"A":"y","B":""}]""")]
    [InlineData("A", """{"N":1,"T":true,"Z":null}""", """{"N":1,"T":true,"Z":null}""")]
    [InlineData("A", """{"N":[0,"secret",{"X":"secret"},true,null]}""", """{"N":[0,true]}""")]
    [InlineData("A(B)", """{"A":{"B":"x","C":"secret"}}""", """{"A":{"B":"x","C":""}}""")]
    [InlineData("A(B)", """{"A":"secret"}""", """{"A":""}""")]
    [InlineData("A(B)", """{"A":["secret",["secret"],{"B":"x"}]}""", """{"A":["",[""],{"B":"x"}]}""")]
    [InlineData("A{B}", """{"A":{"one":{"B":"x","C":"secret"},"two":"secret"}}""", """{"A":{"one":{"B":"x","C":""},"two":""}}""")]
    [InlineData("A", """{"a":"secret"}""", """{"a":""}""")]
    [InlineData("A", "\"secret\"", "\"\"")]
    public void OnlyListedTextsPass(string fields, string value, string expected) => Assert.Equal(expected, Seen(VisibleFields.Parse(fields), value));

    [Theory]
    [InlineData("A(B")]
    [InlineData("A(B}")]
    [InlineData("A)")]
    [InlineData("A,B")]
    public void AnIllFormedListIsRefused(string fields) => Assert.Throws<FormatException>(() => VisibleFields.Parse(fields));

    [Fact]
    public void AnInspectionKeepsWhatRoutingNeedsAndLosesItsSecrets()
    {
        var seen = JsonNode.Parse(Seen(EngineAnswers.Container, """
            {
              "Id": "1", "Name": "/app", "Path": "sh", "Args": ["-c", "SECRET"], "State": { "Status": "running", "Error": "SECRET",
                "Health": { "Status": "healthy", "FailingStreak": 0, "Log": [{ "Start": "t", "ExitCode": 0, "Output": "SECRET" }] } },
              "HostConfig": { "NetworkMode": "net", "Binds": ["/SECRET:/x"], "LogConfig": { "Type": "splunk", "Config": { "splunk-token": "SECRET" } },
                "Mounts": [{ "Type": "volume", "VolumeOptions": { "DriverConfig": { "Options": { "o": "password=SECRET" } } } }] },
              "Config": { "Env": ["A=SECRET"], "Cmd": ["SECRET"], "Entrypoint": ["SECRET"], "Healthcheck": { "Test": ["SECRET"] }, "Labels": { "a": "b" }, "Image": "i" },
              "NetworkSettings": { "Ports": { "80/tcp": [{ "HostIp": "0.0.0.0", "HostPort": "8080" }] },
                "Networks": { "net": { "IPAddress": "172.17.0.2", "DriverOpts": { "key": "SECRET" } } } }
            }
            """))!;

        Assert.DoesNotContain("SECRET", seen.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("healthy", (string?)seen["State"]!["Health"]!["Status"]);
        Assert.Equal("net", (string?)seen["HostConfig"]!["NetworkMode"]);
        Assert.Equal("b", (string?)seen["Config"]!["Labels"]!["a"]);
        Assert.Equal("[]", seen["Config"]!["Env"]!.ToJsonString());
        Assert.Equal("8080", (string?)seen["NetworkSettings"]!["Ports"]!["80/tcp"]![0]!["HostPort"]);
        Assert.Equal("172.17.0.2", (string?)seen["NetworkSettings"]!["Networks"]!["net"]!["IPAddress"]);
    }

    [Fact]
    public void AServiceKeepsWhatRoutingNeedsAndLosesItsSecrets()
    {
        var seen = JsonNode.Parse(Seen(EngineAnswers.Service, """
            [{ "ID": "1", "Spec": { "Name": "web", "Labels": { "a": "b" }, "Mode": { "Replicated": { "Replicas": 2 } }, "EndpointSpec": { "Mode": "vip" },
                "TaskTemplate": { "ContainerSpec": { "Image": "i", "Env": ["A=SECRET"], "Args": ["SECRET"], "Command": ["SECRET"], "Secrets": [{ "SecretName": "SECRET" }],
                  "Configs": [{ "ConfigName": "SECRET" }], "Privileges": { "CredentialSpec": { "File": "SECRET" } } }, "LogDriver": { "Options": { "x": "SECRET" } } } },
              "PreviousSpec": { "TaskTemplate": { "ContainerSpec": { "Env": ["A=SECRET"] } } },
              "Endpoint": { "Spec": { "Mode": "vip" }, "VirtualIPs": [{ "NetworkID": "n", "Addr": "10.0.0.2/24" }] } }]
            """))![0]!;

        Assert.DoesNotContain("SECRET", seen.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("b", (string?)seen["Spec"]!["Labels"]!["a"]);
        Assert.Equal(2, (int?)seen["Spec"]!["Mode"]!["Replicated"]!["Replicas"]);
        Assert.Equal("10.0.0.2/24", (string?)seen["Endpoint"]!["VirtualIPs"]![0]!["Addr"]);
    }

    [Fact]
    public void ATaskKeepsItsAddressesAndLosesItsSecrets()
    {
        var seen = JsonNode.Parse(Seen(EngineAnswers.Task, """
            [{ "ID": "1", "ServiceID": "s", "Slot": 1, "DesiredState": "running", "Status": { "State": "running", "Err": "password=SECRET", "Message": "SECRET" },
               "Spec": { "ContainerSpec": { "Image": "i", "Env": ["A=SECRET"] } },
               "NetworksAttachments": [{ "Network": { "ID": "n", "Spec": { "Name": "net", "DriverConfiguration": { "Options": { "x": "SECRET" } } } }, "Addresses": ["10.0.0.3/24"] }] }]
            """))![0]!;

        Assert.DoesNotContain("SECRET", seen.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("running", (string?)seen["Status"]!["State"]);
        Assert.Equal("net", (string?)seen["NetworksAttachments"]![0]!["Network"]!["Spec"]!["Name"]);
        Assert.Equal("10.0.0.3/24", (string?)seen["NetworksAttachments"]![0]!["Addresses"]![0]);
    }

    private static string Seen(VisibleFields fields, string json)
    {
        var output = new ArrayBufferWriter<byte>();
        using var document = JsonDocument.Parse(json);
        using (var writer = new Utf8JsonWriter(output, VisibleFields.Writing))
        {
            fields.Write(document.RootElement, writer);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
