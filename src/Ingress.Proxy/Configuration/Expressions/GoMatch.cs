using System.Text.RegularExpressions;

namespace Ingress.Proxy.Configuration.Expressions;

/// <summary>One match of a <see cref="GoRegex"/> and its groups; group 0 is the whole match.</summary>
public sealed class GoMatch
{
    private readonly Match match;
    private readonly GoRegex regex;

    internal GoMatch(GoRegex regex, Match match)
    {
        this.regex = regex;
        this.match = match;
    }

    /// <summary>Where the match begins.</summary>
    public int Index => match.Index;

    /// <summary>How many characters it covers; may be 0.</summary>
    public int Length => match.Length;

    /// <summary>The matched text.</summary>
    public string Value => match.Value;

    /// <summary>How many groups the expression has, without group 0.</summary>
    public int GroupCount => regex.GroupNames.Count - 1;

    /// <summary>Whether that group took part in the match.</summary>
    public bool HasGroup(int number) => number >= 0 && number <= GroupCount && match.Groups[number].Success;

    /// <summary>The text of a group, empty where it took no part or does not exist.</summary>
    public string Group(int number) => HasGroup(number) ? match.Groups[number].Value : "";

    /// <summary>The text of a named group, empty where it took no part or does not exist.</summary>
    public string Group(string name)
    {
        for (var number = 1; number <= GroupCount; number++)
        {
            if (regex.GroupNames[number] == name && HasGroup(number))
            {
                return Group(number);
            }
        }

        return "";
    }
}
