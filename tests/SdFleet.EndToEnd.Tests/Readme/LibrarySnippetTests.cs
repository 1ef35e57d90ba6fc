using SdFleet.Diffusion.Imaging;
using SdFleet.Diffusion.Pipelines;
using SdFleet.TestServers;

namespace SdFleet.EndToEnd.Tests.Readme;

/// <summary>The README's library example, word for word; <see cref="ReadmeTests"/> compares them.</summary>
public sealed class LibrarySnippetTests
{
    [Fact]
    public void Snippet_AsItStands_WritesItsPictures()
    {
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = RepositoryFolder.Root;
        try
        {
            using var pipeline = StableDiffusionPipeline.Load("src/SdFleet.ShapesModel/model");
            var tasks = new[] { "a red circle on a white background", "a blue star on a black background" }
                .Select((prompt, i) => pipeline.CreateTask(prompt, seed: i) with { Steps = 20, Scheduler = new() { Name = "pndm" } })
                .ToList();
            foreach (var image in pipeline.Generate(tasks))
            {
                File.WriteAllBytes($"{image.Seed}.png", PngWriter.ToArray(image.Image));
            }

            Assert.All(new[] { "0.png", "1.png" }, f => Assert.Equal(128, PngReader.Read(File.ReadAllBytes(f)).Width));
        }
        finally
        {
            File.Delete("0.png");
            File.Delete("1.png");
            Environment.CurrentDirectory = before;
        }
    }
}
