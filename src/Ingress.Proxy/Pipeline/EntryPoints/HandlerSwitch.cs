namespace Ingress.Proxy.Pipeline.EntryPoints;

/// <summary>Holds the handlers now in force; requests under way keep those they began with.</summary>
internal sealed class HandlerSwitch
{
    private volatile EntryPointHandlers current = EntryPointHandlers.Nothing;

    /// <summary>The handlers in force.</summary>
    public EntryPointHandlers Current
    {
        get => current;
        set => current = value;
    }
}
