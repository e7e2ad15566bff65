namespace Ingress.Providers.DockerEngine.SocketFilter;

/// <summary>
/// What may be seen of each kind of answer. Left out on purpose: environment, commands, arguments and health checks (passwords stand in them), options of
/// drivers, mounts and logs (credentials of network shares and log servers), secrets and configs, paths on the host, registry and proxy settings, join
/// tokens, error texts that quote any of these.
/// </summary>
internal static class EngineAnswers
{
    private const string Networks = """
        Networks{ Aliases Links DNSNames MacAddress NetworkID EndpointID Gateway IPAddress IPv6Gateway GlobalIPv6Address IPAMConfig(IPv4Address IPv6Address) }
        """;

    private const string ServiceSpec = """
        Name Labels Mode Networks(Target Aliases) EndpointSpec(Mode Ports) UpdateConfig(FailureAction Order) RollbackConfig(FailureAction Order)
        TaskTemplate( ContainerSpec(Image Labels Hostname Isolation) Networks(Target Aliases) Placement(Constraints Platforms) RestartPolicy(Condition) Runtime )
        """;

    /// <summary>Any answer that reports an error.</summary>
    public static VisibleFields Error { get; } = VisibleFields.Parse("message");

    /// <summary><c>/version</c>.</summary>
    public static VisibleFields Version { get; } = VisibleFields.Parse(
        "Version ApiVersion MinAPIVersion Platform Components Os Arch KernelVersion GoVersion GitCommit BuildTime");

    /// <summary><c>/info</c>: what a reader needs to know the engine.</summary>
    public static VisibleFields Info { get; } = VisibleFields.Parse("""
        ID Name ServerVersion OperatingSystem OSType OSVersion Architecture KernelVersion Driver LoggingDriver CgroupDriver CgroupVersion DefaultRuntime
        Isolation SystemTime Plugins Swarm(NodeID NodeAddr LocalNodeState RemoteManagers Cluster(ID CreatedAt UpdatedAt))
        """);

    /// <summary>One line of <c>/events</c>.</summary>
    public static VisibleFields Event { get; } = VisibleFields.Parse("status id from Type Action scope Actor(ID Attributes)");

    /// <summary><c>/containers/json</c>.</summary>
    public static VisibleFields ContainerList { get; } = VisibleFields.Parse($"""
        Id Names Image ImageID State Status Labels Ports Health(Status) HostConfig(NetworkMode) NetworkSettings( {Networks} )
        Mounts(Type Name Destination Driver Mode Propagation)
        """);

    /// <summary><c>/containers/NAME/json</c>.</summary>
    public static VisibleFields Container { get; } = VisibleFields.Parse($"""
        Id Name Created Image Driver Platform
        State(Status StartedAt FinishedAt Health(Status Log(Start End)))
        Config(Image Labels Hostname Domainname User ExposedPorts WorkingDir StopSignal Healthcheck(Retries))
        HostConfig(NetworkMode PortBindings RestartPolicy(Name) LogConfig(Type) Runtime Isolation IpcMode PidMode UTSMode UsernsMode CgroupnsMode)
        Mounts(Type Name Destination Driver Mode Propagation)
        NetworkSettings( Ports Gateway IPAddress IPv6Gateway GlobalIPv6Address MacAddress {Networks} )
        """);

    /// <summary><c>/networks</c> and <c>/networks/NAME</c>.</summary>
    public static VisibleFields Network { get; } = VisibleFields.Parse("""
        Id Name Created Scope Driver Labels IPAM(Driver Config(Subnet IPRange Gateway)) ConfigFrom(Network)
        Containers{ Name EndpointID MacAddress IPv4Address IPv6Address }
        """);

    /// <summary><c>/services</c> and <c>/services/NAME</c>.</summary>
    public static VisibleFields Service { get; } = VisibleFields.Parse($"""
        ID Version CreatedAt UpdatedAt Spec( {ServiceSpec} ) Endpoint(Spec(Mode Ports) Ports VirtualIPs) UpdateStatus(State StartedAt CompletedAt) ServiceStatus
        JobStatus
        """);

    /// <summary><c>/tasks</c> and <c>/tasks/ID</c>.</summary>
    public static VisibleFields Task { get; } = VisibleFields.Parse("""
        ID Version CreatedAt UpdatedAt Name Labels ServiceID NodeID DesiredState JobIteration
        Spec(ContainerSpec(Image Labels Hostname Isolation) Networks(Target Aliases) RestartPolicy(Condition) Runtime)
        Status(Timestamp State ContainerStatus(ContainerID) PortStatus)
        NetworksAttachments( Addresses Network(ID Version CreatedAt UpdatedAt Spec(Name Labels Scope) IPAMOptions(Driver(Name) Configs(Subnet Range Gateway))) )
        """);

    /// <summary><c>/nodes</c> and <c>/nodes/ID</c>.</summary>
    public static VisibleFields Node { get; } = VisibleFields.Parse("""
        ID Version CreatedAt UpdatedAt Spec(Name Labels Role Availability) Status(State Addr) ManagerStatus(Reachability Addr)
        Description(Hostname Platform Engine(EngineVersion Labels))
        """);
}
