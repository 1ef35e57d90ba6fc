using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Batches.Upload;

/// <summary>Cuts a batch's lines into parts of a few megabytes. The same lines give the same parts.</summary>
internal static class PartCutter
{
    /// <summary>Longest part.</summary>
    public const int PartBytes = 4 * 1024 * 1024;

    // Far beyond the longest job: whatever has a line like this is no list of jobs.
    private const int MaxLineBytes = 1024 * 1024;

    /// <summary>The parts in order; each is good until the next one is asked for, as they share a buffer.</summary>
    /// <param name="source">The lines.</param>
    /// <param name="partBytes">Longest part.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">A line is too long, or the source cannot be read.</exception>
    public static async IAsyncEnumerable<SourcePart> CutAsync(BatchSource source, int partBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(partBytes);
        var (number, line, linesBefore) = (0, 0L, 0L);
        await foreach (var text in source.ReadLinesAsync(cancellationToken))
        {
            var length = Encoding.UTF8.GetByteCount(text) + 1;
            if (length > MaxLineBytes)
            {
                throw new CliException(
                    string.Create(CultureInfo.InvariantCulture, $"{source.Description}, {source.Unit} {line + 1}, has {length - 1} bytes: at most {MaxLineBytes - 1}. Is it a list of jobs?"),
                    ExitCodes.Usage);
            }

            if (buffer.WrittenCount > 0 && buffer.WrittenCount + length > partBytes)
            {
                yield return new SourcePart(number, line - linesBefore, buffer.WrittenMemory);
                buffer.ResetWrittenCount();
                (number, linesBefore) = (number + 1, line);
            }

            Encoding.UTF8.GetBytes(text, buffer);
            buffer.Write("\n"u8);
            line++;
        }

        if (buffer.WrittenCount > 0)
        {
            yield return new SourcePart(number, line - linesBefore, buffer.WrittenMemory);
        }
    }
}
