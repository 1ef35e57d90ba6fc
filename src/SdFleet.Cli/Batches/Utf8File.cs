using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Batches;

/// <summary>Text files that must be UTF-8: a prompt in another encoding would become other letters without a word.</summary>
internal static class Utf8File
{
    // Far beyond the longest job: whatever has a line like this is no list of jobs, and might be all one line.
    private const int MostLineLength = 1024 * 1024;
    private const int ReadAtOnce = 32 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A reader that throws a <see cref="DecoderFallbackException"/> where the file is not UTF-8; see <see cref="NotUtf8"/>.</summary>
    public static StreamReader Open(string path) => new(path, Strict, detectEncodingFromByteOrderMarks: true);

    /// <summary>The lines, without what ends them: a line feed, a carriage return, or both. One is in memory at a time.</summary>
    /// <exception cref="CliException">The file is not UTF-8, or one is far longer than any job.</exception>
    public static async IAsyncEnumerable<string> ReadLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open(path);
        var buffer = new char[ReadAtOnce];
        var (next, end, lines, isAfterReturn) = (0, 0, 0L, false);

        // What was read of the line that is not at its end yet.
        var begun = new StringBuilder();
        while (true)
        {
            if (next == end)
            {
                (next, end) = (0, await ReadAsync(reader, buffer, path, cancellationToken));
                if (end == 0)
                {
                    break;
                }
            }

            var isSecondOfTwo = isAfterReturn && buffer[next] == '\n';
            isAfterReturn = false;
            if (isSecondOfTwo)
            {
                next++;
                continue;
            }

            var length = buffer.AsSpan(next, end - next).IndexOfAny('\r', '\n');
            begun.Append(buffer, next, length < 0 ? end - next : length);
            if (begun.Length > MostLineLength)
            {
                throw new CliException(
                    string.Create(CultureInfo.InvariantCulture, $"{path}, line {lines + 1}, has more than {MostLineLength} characters. Is it a list of jobs?"), ExitCodes.Usage);
            }

            if (length < 0)
            {
                next = end;
                continue;
            }

            isAfterReturn = buffer[next + length] == '\r';
            next += length + 1;
            lines++;
            var line = begun.ToString();
            begun.Clear();
            yield return line;
        }

        if (begun.Length > 0)
        {
            yield return begun.ToString();
        }
    }

    /// <summary>The first line, without what ends it; its beginning where it is longer than any list of fields.</summary>
    /// <exception cref="DecoderFallbackException">The file is not UTF-8.</exception>
    public static string ReadFirstLine(StreamReader reader)
    {
        var buffer = new char[ReadAtOnce];
        var read = reader.ReadBlock(buffer, 0, buffer.Length);
        var length = buffer.AsSpan(0, read).IndexOfAny('\r', '\n');
        return new string(buffer, 0, length < 0 ? read : length);
    }

    public static CliException NotUtf8(string path, DecoderFallbackException cause) =>
        new($"{path} is not UTF-8 ({cause.Message}) Save it as UTF-8.", ExitCodes.Usage, cause);

    private static async Task<int> ReadAsync(StreamReader reader, char[] buffer, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(buffer, cancellationToken);
        }
        catch (DecoderFallbackException e)
        {
            throw NotUtf8(path, e);
        }
    }
}
