using System.IO.Pipelines;

namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>The two directions of a connection.</summary>
internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
