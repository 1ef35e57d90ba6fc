using System.Globalization;
using System.Runtime.CompilerServices;
using SdFleet.Cli.Batches;

namespace SdFleet.Cli.Tests.Batches;

/// <summary>As many lines as wanted, each a job.</summary>
internal sealed class CountedLines(int lines) : BatchSource
{
    public override string Description => "lines";

    public override string Unit => "line";

    /// <summary>Called before each reading.</summary>
    public Action OnRead { get; set; } = () => { };

    /// <summary>Added to every prompt.</summary>
    public string Suffix { get; set; } = "";

    public override async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OnRead();
        await Task.Yield();
        for (var i = 1; i <= lines; i++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{{\"prompt\":\"picture {i} of a very long list{Suffix}\"}}");
        }
    }
}
