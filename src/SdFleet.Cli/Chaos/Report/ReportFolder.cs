using System.Text.Json;
using SdFleet.Cli.Output;
using SdFleet.Contracts;

namespace SdFleet.Cli.Chaos.Report;

/// <summary>Where a run leaves its report: the page, the same as JSON, and, where a promise was broken, what the processes printed.</summary>
internal sealed class ReportFolder(string path, CliConsole console)
{
    private const string PageFile = "chaos.html";
    private const string JsonFile = "chaos.json";
    private const string LogFolder = "logs";
    private const int MostShownFindings = 50;

    private static readonly JsonSerializerOptions Json = new(ContractsJson.Options) { WriteIndented = true };

    /// <param name="report">What is written.</param>
    /// <param name="logFolders">Folders whose files are kept for whoever has to find out why a promise was broken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(ChaosReport report, IReadOnlyList<string> logFolders, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(path).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, PageFile), ChaosPage.Render(report), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, JsonFile), JsonSerializer.Serialize(report, Json), cancellationToken);
        console.Note($"The page: {Path.Combine(folder, PageFile)}");
        if (report.Findings.Count == 0)
        {
            return;
        }

        foreach (var finding in report.Findings.Take(MostShownFindings))
        {
            await console.Out.WriteLineAsync(finding.ToString());
        }

        if (report.Findings.Count > MostShownFindings)
        {
            await console.Out.WriteLineAsync($"and {report.Findings.Count - MostShownFindings} more: see {Path.Combine(folder, JsonFile)}");
        }

        var logs = Directory.CreateDirectory(Path.Combine(folder, LogFolder)).FullName;
        foreach (var log in logFolders.SelectMany(Directory.EnumerateFiles))
        {
            File.Copy(log, Path.Combine(logs, Path.GetFileName(log)), overwrite: true);
        }

        console.Note($"What the services printed, and the workers' journals: {logs}");
    }
}
