using Microsoft.AspNetCore.Http;

namespace Ingress.Proxy.Pipeline.Services;

/// <summary>A service that chooses one of several others for each request.</summary>
internal sealed class ComposedService : HttpService
{
    private readonly TargetPool pool;
    private readonly HttpService[] children;
    private readonly bool followsHealth;

    private ComposedService(TargetPool pool, HttpService[] children, bool followsHealth)
    {
        this.pool = pool;
        this.children = children;
        this.followsHealth = followsHealth;
    }

    /// <inheritdoc/>
    public override string Label => pool.Strategy.Label;

    /// <inheritdoc/>
    public override bool ReportsHealth => followsHealth;

    /// <inheritdoc/>
    public override bool IsUp
    {
        get
        {
            foreach (var child in children)
            {
                if (child.IsUp)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Builds the services of these names; those that the pool left out for want of weight must exist too.</summary>
    public static ComposedService Build(ServiceBuilder builder, string name, string[] childNames, TargetPool pool, bool followsHealth)
    {
        var all = new HttpService[childNames.Length];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = builder.BuildChild(childNames[i], name);
            if (followsHealth)
            {
                RequireHealth(all[i], childNames[i], name);
            }
        }

        return new ComposedService(pool, Array.ConvertAll(pool.Places, place => all[place]), followsHealth);
    }

    /// <inheritdoc/>
    public override Task InvokeAsync(HttpContext context)
    {
        if (followsHealth)
        {
            for (var i = 0; i < children.Length; i++)
            {
                pool.Targets[i].IsProbedUp = children[i].IsUp;
            }
        }

        return pool.Choose(context) is { } target ? children[target.Index].InvokeAsync(context) : NoServerAsync(context);
    }
}
