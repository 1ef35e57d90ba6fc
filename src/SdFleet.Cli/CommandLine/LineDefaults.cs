using System.CommandLine;
using SdFleet.Contracts.Jobs;

namespace SdFleet.Cli.CommandLine;

/// <summary>What a batch's lines take where they leave a field out: the same to plan it and to submit it.</summary>
internal sealed class LineDefaults
{
    private readonly Option<string?> _model = Values.Text("--model", "The model of lines that name none.", "NAME");
    private readonly Option<int?> _images = Values.Whole<int>("--images", "Pictures of lines that say none.", "-n");
    private readonly Option<int?> _steps = Values.Whole<int>("--steps", "Denoising steps of lines that say none.");
    private readonly Option<Lane?> _lane = Values.Word<Lane>("--lane", "How soon, for lines that say nothing. Default: bulk.");
    private readonly FilterOptions _filters = new();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _model, _images, _steps, _lane, _filters.MinClipSimilarity, _filters.Blank, _filters.Unsafe, _filters.DuplicateDistance, _filters.Redraws,
        })
        {
            command.Options.Add(option);
        }
    }

    public SubmitJob Of(ParseResult parsed) => _filters.Of(parsed) with
    {
        Model = parsed.GetValue(_model), Images = parsed.GetValue(_images), Steps = parsed.GetValue(_steps), Lane = parsed.GetValue(_lane),
    };
}
