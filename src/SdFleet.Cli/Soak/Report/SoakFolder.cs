using System.Globalization;
using System.Text;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Soak.Report;

/// <summary>Where a soak leaves its report: the page, every sample as CSV, and, where something was wrong, what the processes printed.</summary>
internal sealed class SoakFolder(string path, CliConsole console)
{
    private const string PageFile = "soak.html";
    private const string CsvFile = "soak.csv";
    private const string LogFolder = "logs";

    /// <param name="report">What is written.</param>
    /// <param name="logs">Folder whose files are kept for whoever has to find out why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(SoakReport report, string logs, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(path).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, PageFile), SoakPage.Render(report), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, CsvFile), Csv(report), cancellationToken);
        console.Note($"The page: {Path.Combine(folder, PageFile)}");
        if (report.IsGood)
        {
            return;
        }

        foreach (var line in report.NotFlat.Select(t => t.ToString()).Concat(report.Troubles))
        {
            await console.Out.WriteLineAsync(line);
        }

        var kept = Directory.CreateDirectory(Path.Combine(folder, LogFolder)).FullName;
        foreach (var log in Directory.EnumerateFiles(logs))
        {
            File.Copy(log, Path.Combine(kept, Path.GetFileName(log)), overwrite: true);
        }

        console.Note($"What the services printed: {kept}");
    }

    /// <summary>A column a line, a row a sample; empty where nothing could be measured.</summary>
    public static string Csv(SoakReport report)
    {
        var lines = report.Trends.Select(t => t.Line).ToList();
        var csv = new StringBuilder();
        csv.Append("seconds,").AppendJoin(',', lines).Append('\n');
        foreach (var sample in report.Samples)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{sample.At:0.0},")
                .AppendJoin(',', lines.Select(line => sample.Values.TryGetValue(line, out var value) ? value.ToString("0.###", CultureInfo.InvariantCulture) : ""))
                .Append('\n');
        }

        return csv.ToString();
    }
}
