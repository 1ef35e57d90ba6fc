using System.Reflection;

namespace SdFleet.Coordinator.Tests;

/// <summary>A store of which a test answers some calls itself.</summary>
public class Answered : DispatchProxy
{
    private object _inner = null!;
    private Func<string, object?[], object?> _answer = null!;

    /// <param name="inner">The store.</param>
    /// <param name="answer">The answer to a method of that name with these arguments; null where the store is asked.</param>
    public static T By<T>(T inner, Func<string, object?[], object?> answer)
        where T : class
    {
        var proxy = Create<T, Answered>();
        var answered = (Answered)(object)proxy;
        (answered._inner, answered._answer) = (inner, answer);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _answer(targetMethod!.Name, args ?? []) ?? targetMethod.Invoke(_inner, args);
}
