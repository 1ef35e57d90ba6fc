using System.Diagnostics;

// A plain harness: name, what it does, and how often. Trust ratios between its lines, not absolute times of one machine.
var benchmarks = new Dictionary<string, Action>();

foreach (var (name, run) in benchmarks)
{
    run();
    var clock = Stopwatch.StartNew();
    var times = 0;
    while (clock.Elapsed < TimeSpan.FromSeconds(1))
    {
        run();
        times++;
    }

    Console.WriteLine($"{name}: {clock.Elapsed.TotalMilliseconds / times:F3} ms");
}

Console.WriteLine($"{benchmarks.Count} benchmarks");
