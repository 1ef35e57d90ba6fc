using SdFleet.Diffusion.Pipelines;

namespace SdFleet.Diffusion.Tests.Pipelines;

public sealed class PreviewTests : IDisposable, IProgress<GenerationPreview>
{
    private readonly TinyPipeline _tiny = new(new TinyModel());
    private readonly List<GenerationPreview> _previews = [];

    public void Dispose() => _tiny.Dispose();

    void IProgress<GenerationPreview>.Report(GenerationPreview value) => _previews.Add(value);

    [Theory]
    [InlineData(20, 8, new[] { 0, 3, 6, 9, 11, 14, 17, 20 })]
    [InlineData(10, 2, new[] { 0, 10 })]
    [InlineData(3, 8, new[] { 0, 1, 2, 3 })]
    [InlineData(1, 5, new[] { 0, 1 })]
    public void GenerateWithPreviews_Stages_AreEvenlyOverTheSteps(int steps, int count, int[] expected)
    {
        Generate(steps, count, "ddim");

        Assert.Equal(expected, _previews.Select(preview => preview.Step));
        Assert.All(_previews, preview => Assert.Equal(steps, preview.Steps));
    }

    // Noise in units of 14 or so must not all be black and white in the first one.
    [Theory]
    [InlineData("ddim")]
    [InlineData("euler")]
    [InlineData("lcm")]
    public void GenerateWithPreviews_AnyScheduler_BeginsAtNoiseAndEndsAtTheImage(string scheduler)
    {
        GeneratedImage image = Generate(8, 4, scheduler);

        Assert.Equal(image.Image.Pixels.ToArray(), _previews[^1].Picture.Pixels.ToArray());
        Assert.NotEqual(image.Image.Pixels.ToArray(), _previews[0].Picture.Pixels.ToArray());
        Assert.InRange(_previews[0].Picture.Pixels.ToArray().Count(level => level is > 0 and < 255), 64 * 48, int.MaxValue);
        Assert.Equal(image.Image.Pixels.ToArray(), _tiny.Pipeline.Generate([Task(8, scheduler)])[0].Image.Pixels.ToArray());
    }

    [Fact]
    public void GenerateWithPreviews_Batch_ShowsEachImage()
    {
        _tiny.Pipeline.GenerateWithPreviews(
            [Task(4, "ddim"), Task(4, "ddim") with { Seed = 2 }], new() { Count = 3, Receiver = this });

        Assert.Equal([(0, 0), (1, 0), (0, 2), (1, 2), (0, 4), (1, 4)], _previews.Select(preview => (preview.Image, preview.Step)));
        Assert.NotEqual(_previews[0].Picture.Pixels.ToArray(), _previews[1].Picture.Pixels.ToArray());
    }

    [Fact]
    public void GenerateWithPreviews_OneStage_IsRefused() =>
        Assert.Contains("Count is 1; it must be within 2", Assert.Throws<ArgumentException>(() => Generate(4, 1, "ddim")).Message, StringComparison.Ordinal);

    private GeneratedImage Generate(int steps, int count, string scheduler) =>
        _tiny.Pipeline.GenerateWithPreviews([Task(steps, scheduler)], new() { Count = count, Receiver = this })[0];

    private GenerationTask Task(int steps, string scheduler) =>
        _tiny.Pipeline.CreateTask("a cat") with { Steps = steps, Scheduler = new() { Name = scheduler } };
}
