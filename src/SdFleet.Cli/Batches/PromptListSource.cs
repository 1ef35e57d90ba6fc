using System.Runtime.CompilerServices;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.Batches;

/// <summary>A prompt a line; empty lines and lines that begin with # are left out, and are not counted.</summary>
internal sealed class PromptListSource(string path) : BatchSource
{
    public override string Description => Path.GetFileName(path);

    public override string Unit => "prompt";

    public override async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in Utf8File.ReadLinesAsync(path, cancellationToken))
        {
            if (line.AsSpan().Trim() is { IsEmpty: false } prompt && prompt[0] != '#')
            {
                yield return JobLine.Of(new SubmitJob { Prompt = prompt.ToString() });
            }
        }
    }
}
