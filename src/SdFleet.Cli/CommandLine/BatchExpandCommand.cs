using System.CommandLine;
using System.Globalization;
using System.Text;
using SdFleet.Cli.Batches;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.CommandLine;

/// <summary><c>sdfleet batch expand</c>.</summary>
internal static class BatchExpandCommand
{
    private const int WrittenAtOnce = 32 * 1024;

    public static Command Create(CliConsole console)
    {
        var file = BatchFileArgument.Create();
        var output = Values.Text("--out", "The file to write. Default: the standard output.", "FILE", "-o");
        var command = new Command("expand", "Writes a batch's jobs as JSON Lines: what \"batch submit\" would send. The same file gives the same lines, everywhere.")
        {
            file, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var source = BatchFile.Open(parsed.GetRequiredValue(file));
            if (parsed.GetValue(output) is not { } path)
            {
                await WriteAsync(source, console.Out, cancellationToken);
                return ExitCodes.Done;
            }

            if (Path.GetFullPath(path) == Path.GetFullPath(parsed.GetRequiredValue(file)))
            {
                throw new CliException($"--out is \"{path}\", the file that is read: another one.", ExitCodes.Usage);
            }

            // Under another name until it is complete, so that half a batch is never taken for a whole one.
            var unfinished = $"{path}.part";
            long lines;
            await using (var writer = new StreamWriter(unfinished))
            {
                lines = await WriteAsync(source, writer, cancellationToken);
            }

            File.Move(unfinished, path, overwrite: true);
            console.Note(string.Create(CultureInfo.InvariantCulture, $"{path}: {lines:N0} lines"));
            return ExitCodes.Done;
        });
        return command;
    }

    // Many lines at a time: the standard output goes to the system with every call.
    private static async Task<long> WriteAsync(BatchSource source, TextWriter writer, CancellationToken cancellationToken)
    {
        var lines = 0L;
        var text = new StringBuilder();
        await foreach (var line in source.ReadLinesAsync(cancellationToken))
        {
            text.Append(line).Append('\n');
            lines++;
            if (text.Length >= WrittenAtOnce)
            {
                await writer.WriteAsync(text, cancellationToken);
                text.Clear();
            }
        }

        await writer.WriteAsync(text, cancellationToken);
        await writer.FlushAsync(cancellationToken);
        return lines;
    }
}
