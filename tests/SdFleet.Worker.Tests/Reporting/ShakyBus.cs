using System.Reflection;
using MassTransit;
using SdFleet.Contracts.Events;

namespace SdFleet.Worker.Tests.Reporting;

/// <summary>A bus whose broker does not take completions for a while, as often as it is told.</summary>
public class ShakyBus : DispatchProxy
{
    private IBus _inner = null!;
    private int _refusalsLeft;
    private int _refused;

    /// <summary>Messages with completions that it has refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public static (IBus Bus, ShakyBus Shaky) Around(IBus inner)
    {
        var bus = Create<IBus, ShakyBus>();
        var shaky = (ShakyBus)(object)bus;
        shaky._inner = inner;
        return (bus, shaky);
    }

    /// <summary>Refuses the next messages with completions.</summary>
    public void Refuse(int messages) => Volatile.Write(ref _refusalsLeft, messages);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (args is not [JobCompleted or JobReports { Completed.Count: > 0 }, ..] || Interlocked.Decrement(ref _refusalsLeft) < 0)
        {
            return targetMethod!.Invoke(_inner, args);
        }

        Interlocked.Increment(ref _refused);
        return Task.FromException(new TimeoutException("The broker is away."));
    }
}
