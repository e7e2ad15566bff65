using System.Collections.Concurrent;
using Ingress.Proxy.Tls.OpenSsl;

namespace Ingress.Proxy.Tls;

/// <summary>For one entry point in one snapshot: which TLS options and which certificate a server name gets.</summary>
internal sealed class TlsSelector(CertificateStore certificates, IReadOnlyDictionary<string, TlsParameters?> optionsByHost, TlsParameters? defaultOptions)
{
    /// <summary>Stands among the hosts for routers whose rule names none.</summary>
    public const string EveryHost = "*";

    private readonly ConcurrentDictionary<(TlsParameters, ServedCertificate), TlsChoice> choices = new();

    /// <summary>The certificates to choose from.</summary>
    public CertificateStore Certificates => certificates;

    /// <summary>Whether any router serves HTTPS here.</summary>
    public bool HasRouters => optionsByHost.Count > 0;

    /// <summary>Whether a router serves HTTPS for all names, because its rule names no host.</summary>
    public bool HasCatchAll => optionsByHost.ContainsKey(EveryHost);

    /// <summary>Whether a router serves HTTPS for just this name.</summary>
    public bool HasHost(string serverName) => serverName.Length > 0 && TryFind(serverName, out _);

    /// <summary>The choice for a server name (lower case; empty without one, then the local address counts), or null where the handshake is refused.</summary>
    public TlsChoice? Select(string serverName, string localAddress)
    {
        var options = OptionsFor(serverName);
        return options is null ? null : Choose(options, serverName, localAddress);
    }

    /// <summary>The choice with given options, for TCP routers that name their own.</summary>
    public TlsChoice? Choose(TlsParameters options, string serverName, string localAddress)
    {
        var certificate = certificates.Find(serverName.Length > 0 ? serverName : localAddress);
        if (certificate is null && options.SniStrict)
        {
            return null;
        }

        return choices.GetOrAdd((options, certificate ?? certificates.Default), static key => new TlsChoice(key.Item1.Name, key.Item1.ContextFor(key.Item2)));
    }

    private TlsParameters? OptionsFor(string serverName) => TryFind(serverName, out var options) ? options : defaultOptions;

    private bool TryFind(string serverName, out TlsParameters? options)
    {
        if (optionsByHost.TryGetValue(serverName, out options))
        {
            return true;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && optionsByHost.TryGetValue(string.Concat(EveryHost, serverName.AsSpan(dot)), out options);
    }
}

/// <summary>What a handshake uses.</summary>
/// <param name="OptionsName">The name of the TLS options.</param>
/// <param name="Context">Options and certificate.</param>
internal sealed record TlsChoice(string OptionsName, TlsContext Context);
