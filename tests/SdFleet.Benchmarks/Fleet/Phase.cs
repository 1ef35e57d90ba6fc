using System.Globalization;

namespace SdFleet.Benchmarks.Fleet;

/// <summary>What a phase did and cost.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Jobs">Jobs.</param>
/// <param name="Seconds">How long they took.</param>
/// <param name="Before">What had been spent when it began.</param>
/// <param name="After">What had been spent when it ended.</param>
internal sealed record Phase(string Name, int Jobs, double Seconds, Costs Before, Costs After)
{
    /// <summary>The columns of processes, in order.</summary>
    public static readonly IReadOnlyList<string> Processes = ["submitter", "api", "coordinator", "worker", "rabbitmq", "postgres"];

    public double Rate => Jobs / Seconds;

    /// <summary>Processor milliseconds a job, of everything.</summary>
    public double Total => After.Processor.Keys.Sum(Milliseconds);

    public static void PrintHead()
    {
        Console.WriteLine();
        Console.WriteLine("                                                 CPU milliseconds a job                                     a job");
        Console.WriteLine(
            $"{"phase",-22}{"jobs",8}{"s",7}{"jobs/s",8}  {string.Concat(Processes.Select(p => $"{p,12}"))}{"all",8}{"messages",10}{"statements",11}{"commits",9}");
    }

    public void Print() => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Name,-22}{Jobs,8}{Seconds,7:F1}{Rate,8:F0}  {string.Concat(Processes.Select(Cell))}{Total,8:F3}{PerJob(After.Published - Before.Published),10:F2}{PerJob(After.Statements - Before.Statements),11:F3}{PerJob(After.Commits - Before.Commits),9:F3}"));

    private double Milliseconds(string process) =>
        (After.Processor[process] - Before.Processor.GetValueOrDefault(process)) * 1000 / Jobs;

    private string Cell(string process) =>
        After.Processor.ContainsKey(process) ? string.Create(CultureInfo.InvariantCulture, $"{Milliseconds(process),12:F3}") : $"{"-",12}";

    private double PerJob(long count) => (double)count / Jobs;
}
