using System.Runtime.CompilerServices;
using System.Text;
using SdFleet.Cli.Output;

namespace SdFleet.Cli.Batches;

/// <summary>Text files that must be UTF-8: a prompt in another encoding would become other letters without a word.</summary>
internal static class Utf8File
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A reader that throws a <see cref="DecoderFallbackException"/> where the file is not UTF-8; see <see cref="NotUtf8"/>.</summary>
    public static StreamReader Open(string path) => new(path, Strict, detectEncodingFromByteOrderMarks: true);

    /// <summary>The lines, without what ends them.</summary>
    /// <exception cref="CliException">The file is not UTF-8.</exception>
    public static async IAsyncEnumerable<string> ReadLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open(path);
        while (true)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(cancellationToken);
            }
            catch (DecoderFallbackException e)
            {
                throw NotUtf8(path, e);
            }

            if (line is null)
            {
                yield break;
            }

            yield return line;
        }
    }

    public static CliException NotUtf8(string path, DecoderFallbackException cause) =>
        new($"{path} is not UTF-8 ({cause.Message}) Save it as UTF-8.", ExitCodes.Usage, cause);
}
