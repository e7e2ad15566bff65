using System.Globalization;

namespace Ingress.Testing;

/// <summary>How a container of a <see cref="DockerDaemon"/> starts.</summary>
public sealed record ContainerSetup
{
    /// <summary>The container's name.</summary>
    public required string Name { get; init; }

    /// <summary>What <c>/</c> answers. Default: the container's name.</summary>
    public string Answer { get; init; } = "";

    /// <summary>The port that is listened on and exposed. Default: 80.</summary>
    public int Port { get; init; } = 80;

    /// <summary>Labels as <c>key=value</c>. Default: none.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Further options of <c>docker run</c>. Default: none.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Options that keep a container (80 is its port) from being healthy before its server listens.</summary>
    public static IReadOnlyList<string> HealthChecked { get; } =
        ["--health-cmd", "/bin/busybox wget -q -O /dev/null http://127.0.0.1/", "--health-interval", "500ms", "--health-retries", "20"];

    /// <summary>The program and its arguments: a web server that also has <c>/cgi-bin/slow</c>, which answers in pieces for four seconds.</summary>
    internal string[] Command =>
    [
        "/bin/busybox", "sh", "-c",
        $$"""
        mkdir -p /www/cgi-bin && echo '{{(Answer.Length > 0 ? Answer : Name)}}' > /www/index.html
        echo '#!/bin/sh' > /www/cgi-bin/slow
        echo 'echo Content-Type: text/plain; echo; for part in 1 2 3 4; do echo $part; sleep 1; done; echo done' >> /www/cgi-bin/slow
        /bin/busybox chmod 755 /www/cgi-bin/slow
        exec /bin/busybox httpd -f -p {{Port.ToString(CultureInfo.InvariantCulture)}} -h /www
        """,
    ];
}
