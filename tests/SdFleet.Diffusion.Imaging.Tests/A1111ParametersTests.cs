namespace SdFleet.Diffusion.Imaging.Tests;

public class A1111ParametersTests
{
    [Fact]
    public void ToString_UsualFields_AreWrittenAsTheWebUiDoes()
    {
        KeyValuePair<string, string>[] more = [new("Model hash", "45dee52b"), new("Version", "0.1")];
        A1111Parameters parameters = A1111Parameters.Create("a red circle", "blurry", 20, "Euler a", 7.5, 965400086, 512, 768, more: more);

        Assert.Equal(
            "a red circle\nNegative prompt: blurry\n"
            + "Steps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 965400086, Size: 512x768, RNG: CPU, Model hash: 45dee52b, Version: 0.1",
            parameters.ToString());
    }

    [Theory]
    [InlineData("a red circle", "")]
    [InlineData("two\nlines, with: a colon", "blurry\nugly")]
    [InlineData("", "only negative")]
    public void Parse_WhatWasWritten_GivesItBack(string prompt, string negativePrompt)
    {
        A1111Parameters written = A1111Parameters.Create(
            prompt, negativePrompt, 20, "DDIM", 3, -1, 64, 64, more: [new("Model", "a, \"b\": c"), new("Version", "1")]);

        A1111Parameters read = A1111Parameters.Parse(written.ToString());

        Assert.Equal((prompt, negativePrompt), (read.Prompt, read.NegativePrompt));
        Assert.Equal(written.Fields, read.Fields);
    }

    [Fact]
    public void Parse_TextWithoutFields_IsAllPrompt()
    {
        A1111Parameters read = A1111Parameters.Parse("a cat: sleeping, on a mat");

        Assert.Equal("a cat: sleeping, on a mat", read.Prompt);
        Assert.Empty(read.Fields);
    }

    [Fact]
    public void Indexer_Field_IsFoundByName()
    {
        A1111Parameters read = A1111Parameters.Parse("x\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512");

        Assert.Equal("512x512", read["Size"]);
        Assert.Null(read["Model"]);
    }
}
