namespace SdFleet.Cli.Simulate;

/// <summary>
/// Kubernetes' HorizontalPodAutoscaler, as KEDA makes it for the chart's ScaledObject: two external metrics with AverageValue
/// targets, and a <c>behavior</c> that stabilises and limits scaling in. Rules and rounding are those of the controller
/// (pkg/controller/podautoscaler: replica_calculator.go, horizontal.go, of Kubernetes 1.30), with its default for scaling out:
/// twice as many or four more in 15 seconds, whichever is more.
/// </summary>
/// <param name="options">The chart's settings.</param>
internal sealed class PodAutoscaler(ScalingOptions options)
{
    /// <summary>How often the controller looks (--horizontal-pod-autoscaler-sync-period).</summary>
    public const double SyncSeconds = 15;

    private const double Tolerance = 0.1;
    private const double ScaleOutPeriod = 15;
    private const int ScaleOutPods = 4;

    private readonly List<(double At, int Count)> _recommendations = [];
    private readonly List<(double At, int Count)> _added = [];
    private readonly List<(double At, int Count)> _removed = [];

    /// <summary>How many replicas there shall be.</summary>
    /// <param name="now">Seconds.</param>
    /// <param name="replicas">How many there are, at least 1: at 0 the controller rests, and KEDA decides.</param>
    /// <param name="gpuSeconds">The first metric.</param>
    /// <param name="messages">The second.</param>
    public int Decide(double now, int replicas, double gpuSeconds, double messages)
    {
        var wanted = Math.Clamp(
            Math.Max(Wanted(replicas, gpuSeconds, options.TargetGpuSeconds), Wanted(replicas, messages, options.TargetMessages)),
            Math.Max(1, options.MinReplicas),
            options.MaxReplicas);
        var decided = Limited(now, replicas, Stabilised(now, replicas, wanted));
        if (decided != replicas)
        {
            (decided > replicas ? _added : _removed).Add((now, Math.Abs(decided - replicas)));
        }

        return decided;
    }

    private static int Wanted(int replicas, double metric, double target) =>
        Math.Abs(1 - (metric / (target * replicas))) <= Tolerance ? replicas : (int)Math.Min(Math.Ceiling(metric / target), int.MaxValue);

    // Fewer only once fewer would have been enough for the whole window; more at once.
    private int Stabilised(double now, int replicas, int wanted)
    {
        _recommendations.RemoveAll(r => r.At <= now - options.ScaleInSeconds);
        _recommendations.Add((now, wanted));
        var most = _recommendations.Max(r => r.Count);
        return wanted > replicas ? wanted : Math.Min(replicas, most);
    }

    private int Limited(double now, int replicas, int wanted)
    {
        _added.RemoveAll(e => e.At <= now - Math.Max(ScaleOutPeriod, options.ScaleInPeriodSeconds));
        _removed.RemoveAll(e => e.At <= now - Math.Max(ScaleOutPeriod, options.ScaleInPeriodSeconds));
        if (wanted > replicas)
        {
            var before = Before(now, replicas, ScaleOutPeriod);
            var limit = Math.Max(before + ScaleOutPods, 2 * before);
            return Math.Min(wanted, Math.Min(options.MaxReplicas, Math.Max(limit, replicas)));
        }

        if (wanted < replicas)
        {
            var before = Before(now, replicas, options.ScaleInPeriodSeconds);
            var limit = (int)(before * (1 - (options.ScaleInPercent / 100)));
            return Math.Max(wanted, Math.Max(Math.Max(1, options.MinReplicas), Math.Min(limit, replicas)));
        }

        return replicas;
    }

    // Replicas at the beginning of the period that ends now.
    private int Before(double now, int replicas, double period) =>
        replicas - _added.Where(e => e.At > now - period).Sum(e => e.Count) + _removed.Where(e => e.At > now - period).Sum(e => e.Count);
}
