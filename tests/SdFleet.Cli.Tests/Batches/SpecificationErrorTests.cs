using SdFleet.Cli.Batches;
using SdFleet.Cli.Output;
using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests.Batches;

public sealed class SpecificationErrorTests
{
    [Theory]
    [InlineData("seed: 1", "line 1: prompts is missing: a prompt or a list of them")]
    [InlineData("prompts: x\ncolour: 1", "line 2: colour is 1: not a field; the fields are seed, prompts, lists, sample")]
    [InlineData("prompts: x\nseed: -1", "line 2: seed is -1: an integer from 0 to 9007199254740991")]
    [InlineData("prompts: x\nsample: 0", "line 2: sample is 0: an integer from 1 to 100000000")]
    [InlineData("prompts: x\nsample: many", "line 2: sample is \"many\": an integer from 1 to 100000000")]
    [InlineData("prompts: x\nimages: 65", "line 2: images is 65: an integer from 1 to 64")]
    [InlineData("prompts: x\nimages: [1, 2]", "line 2: images is a list: an integer from 1 to 64")]
    [InlineData("prompts: x\nseedsPerPrompt: 0", "line 2: seedsPerPrompt is 0: an integer from 1 to 1000000")]
    [InlineData("prompts: x\nseedsPerPrompt: 2\nseeds: [1]", "line 3: seeds is a list: not beside \"seedsPerPrompt\"")]
    [InlineData("prompts: x\nseeds: [1, -2]", "line 2: seeds is -2: an integer from 0 to 9007199254740991")]
    [InlineData("prompts: x\nimages: 2\nseeds: 9007199254740991", "line 3: seeds is 9007199254740991: at most 9007199254740991 for the last picture")]
    [InlineData("prompts: x\nseeds: {between: [1, 5]}", "line 2: seeds is between: a list, or {from: N, to: N}")]
    [InlineData("prompts: x\nfilters: [blank]", "line 2: filters is a list: a mapping of minClipSimilarity, blank, unsafe, duplicateDistance")]
    [InlineData("prompts: x\nfilters: {clip: 0.2}", "line 2: filters.clip is 0.2: not a field; the fields are minClipSimilarity, blank, unsafe, duplicateDistance")]
    [InlineData("prompts: x\nfilters: {minClipSimilarity: 2}", "line 2: filters.minClipSimilarity is 2: a number from -1 to 1")]
    [InlineData("prompts: x\nfilters: {blank: perhaps}", "line 2: filters.blank is \"perhaps\": true or false")]
    [InlineData("prompts: x\nfilters: {duplicateDistance: 12}", "line 2: filters.duplicateDistance is 12: an integer from 0 to 11")]
    [InlineData("prompts: x\nfilters: {unsafe: [true]}", "line 2: filters.unsafe is a list: true or false")]
    [InlineData("prompts: x\nfilters: {blank: true}\nredraw: {max: 16}", "line 3: redraw.max is 16: an integer from 0 to 15")]
    [InlineData("prompts: x\nredraw: {times: 2}", "line 2: redraw.times is 2: not a field; the fields are max")]
    [InlineData("prompts: x\nfilters: {duplicateDistance: 4}\nredraw: {max: 2}", "line 3: redraw.max is 2: only with filters.minClipSimilarity, blank or unsafe")]
    [InlineData("prompts: []", "line 1: prompts is an empty list")]
    [InlineData("prompts:\n  - x\n  -", "line 3: prompts[2] is missing: a text")]
    [InlineData("prompts:\n  - {color}", "line 2: prompts[1] is a mapping: a text (in quotes where it begins with a brace)")]
    [InlineData("prompts:\n  - {color} circle", "A text with braces stands in quotes.")]
    [InlineData("prompts: \"{color}\"", "line 1: prompts is \"{color}\": {color} names no list: there are no lists")]
    [InlineData("prompts: [\"ok\", \"{a\"]", "line 1: prompts[2] is \"{a\": the { at character 1 is not closed before the end")]
    [InlineData("prompts: \"{|x}\"", "line 1: prompts is \"{|x}\": makes prompts of 0 to 1 characters; text of 1 to 4000 characters")]
    [InlineData("prompts: x\nlists: [a]", "line 2: lists is a list: a mapping of names to lists")]
    [InlineData("prompts: x\nlists: {\"a b\": [c]}", "line 2: lists is \"a b\": names of letters")]
    [InlineData("prompts: x\nlists: {a: {file: none.txt}}", "line 2: lists.a.file is \"none.txt\": a text file that is there")]
    [InlineData("prompts: x\nlists: {a: {path: none.txt}}", "line 2: lists.a is a mapping: a value, a list of values, or {file: NAME}")]
    [InlineData("prompts: x\nlists: {a: [{value: b, weight: 0}]}", "line 2: lists.a[1].weight is 0: an integer from 1 to 1000")]
    [InlineData("prompts: x\nlists: {a: [{value: b, times: 2}]}", "line 2: lists.a[1].times is 2: not a field; the fields are value, weight")]
    [InlineData("prompts: x\nwidth: [64, 100]", "line 2: width is 100: an integer from 64 to 4096, a multiple of 8")]
    [InlineData("prompts: x\nsteps: many", "line 2: steps is \"many\": an integer from 1 to 1000")]
    [InlineData("prompts: x\nsteps: 7.5", "line 2: steps is 7.5: an integer from 1 to 1000")]
    [InlineData("prompts: x\nschedulerSettings: {eta: 2}", "line 2: schedulerSettings.eta is 2: a number from 0 to 1")]
    [InlineData("prompts: x\nschedulerSettings: [{}, {karras: true}]", "line 2: schedulerSettings.karras is \"true\": not a field")]
    [InlineData("prompts: x\nschedulerSettings: karras", "line 2: schedulerSettings is \"karras\": an object with useKarrasSigmas")]
    [InlineData("prompts: x\nscheduler: magic", "line 2: scheduler is \"magic\": one of ddim")]
    [InlineData("prompts: x\nlane: fast", "line 2: lane is \"fast\": one of interactive, normal, bulk")]
    [InlineData("prompts: x\nmodel: A", "line 2: model is \"A\": 1 to 64 characters")]
    [InlineData("prompts: x\nmodel: {from: 1, to: 2}", "line 2: model is a mapping: a value, a list of values")]
    [InlineData("prompts: x\nsteps: {from: 5}", "line 2: steps.to is missing: a number")]
    [InlineData("prompts: x\nsteps: {from: 5, to: 1}", "line 2: steps is 5 to 1: a smaller number and a larger one")]
    [InlineData("prompts: x\nsteps: {from: 5, to: 9, step: 0}", "line 2: steps.step is 0: above 0")]
    [InlineData("prompts: x\nsteps: {from: 5, to: 9, by: 2}", "line 2: steps.by is 2: not a field; the fields are from, to, step")]
    [InlineData("prompts: x\nsteps: {from: 990, to: 1001}", "line 2: steps is 1001: an integer from 1 to 1000")]
    [InlineData("prompts: x\nwidth: {from: 64, to: 128, step: 4}", "line 2: width is 68: an integer from 64 to 4096, a multiple of 8")]
    [InlineData("prompts: x\nguidanceScale: {from: 0, to: 50, step: 0.001}", "line 2: guidanceScale is 0 to 50 in steps of 0.001: at most 10000 numbers")]
    [InlineData("prompts: x\nsteps: {between: 5}", "line 2: steps.between is 5: two numbers, [smallest, largest]")]
    [InlineData("prompts: x\nsteps: {between: [0, 5]}", "line 2: steps is 0: an integer from 1 to 1000")]
    [InlineData("prompts: x\nsizes: big", "line 2: sizes is \"big\": width and height, such as 512x768")]
    [InlineData("prompts: x\nsizes: 64x100", "line 2: height is 100: an integer from 64 to 4096, a multiple of 8")]
    [InlineData("prompts: x\nsizes: 64x64\nwidth: 64", "line 3: width is 64: not beside \"sizes\"")]
    [InlineData("prompts: x\ntask: paint", "line 2: task is \"paint\": one of textToImage, imageToImage, inpaint, outpaint, depthToImage, upscale")]
    [InlineData("prompts: x\ninitImage: me.png", "line 2: initImage is \"me.png\": 64 hex digits in lower case")]
    [InlineData("prompts: x\nstrength: {from: 0.5, to: 1.5}", "line 2: strength is 1.5: a number from 0 to 1")]
    [InlineData("prompts: x\noverlay: maybe", "line 2: overlay is \"maybe\": true or false")]
    [InlineData("prompts: x\nloras: hollow", "line 2: loras is \"hollow\": a list of 1 to 8 objects")]
    [InlineData("prompts: x\nloras: []", "line 2: loras is a list of 0: a list of 1 to 8 objects")]
    [InlineData("prompts: x\nloras: [[{name: a}], [{weight: 2}]]", "line 2: loras[0].name is missing")]
    [InlineData("prompts: x\ninputs: []", "line 2: inputs is a list of 0: 1 to 1000000 of {initImage")]
    [InlineData("prompts: x\ninputs: [{mask: a}]", "line 2: inputs[1] is a mapping: {initImage")]
    [InlineData("prompts: x\ninputs: {initImage: a.png}", "line 2: inputs.initImage is \"a.png\": 64 hex digits in lower case")]
    [InlineData("prompts: x\ninputs: {initImage: a.png, masks: b}", "line 2: inputs.masks is \"b\": not a field; the fields are initImage, mask, depthMap, weight")]
    [InlineData("prompts: x\ninputs: {initImage: a}\nmask: b", "line 3: mask is \"b\": not beside \"inputs\"")]
    [InlineData("prompts: x\nprompts: y", "line 2: Duplicate key prompts")]
    [InlineData("- x", "one, a mapping with \"prompts\" in it")]
    [InlineData("", "holds 0 documents of YAML")]
    [InlineData("prompts: x\n---\nprompts: y", "holds 2 documents of YAML")]
    public void Open_Wrong_NamesFieldValueAndLimit(string text, string message)
    {
        var error = ErrorOf(text);

        Assert.Equal(ExitCodes.Usage, error.ExitCode);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TooManyJobs_SaysHowManyThereMayBe()
    {
        var tens = string.Concat(Enumerable.Repeat("{0|1|2|3|4|5|6|7|8|9}", 9));

        Assert.Contains("sample is all 1000000000: at most 100000000 combinations", ErrorOf($"prompts: \"{tens}\"").Message, StringComparison.Ordinal);
        Assert.Contains(
            "sample is 101: at most 100 combinations with 1000000 seeds each",
            ErrorOf($"prompts: \"{tens}\"\nsample: 101\nseedsPerPrompt: 1000000").Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "more than 2^126 combinations", ErrorOf($"prompts: \"{string.Concat(Enumerable.Repeat(tens, 5))}\"\nsample: 5").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SeveralMistakes_TellsAllAtOnce()
    {
        var lines = ErrorOf("prompts: [\"{a}\", \"{b}\"]\nsteps: 0\nwidth: [1, 2]\nseed: x").Message.Split('\n');

        Assert.Equal(7, lines.Length);
    }

    [Fact]
    public void Open_MistakeInAListsFile_NamesItsLine()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Of("p.txt"), "# prompts\na circle\n\na {big} star\n");
        File.WriteAllText(folder.Of("a.yaml"), "prompts: {file: p.txt}");

        var error = Assert.Throws<CliException>(() => BatchFile.Open(folder.Of("a.yaml")));

        Assert.Contains("p.txt, line 4: prompts[2] is \"a {big} star\": {big} names no list", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Latin1_IsNotReadAsSomethingElse()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.Of("a.yaml"), [.. "prompts: caf"u8, 0xE9]);
        File.WriteAllBytes(folder.Of("l.txt"), [.. "caf"u8, 0xE9]);
        File.WriteAllText(folder.Of("b.yaml"), "prompts: {file: l.txt}");

        Assert.Contains("is not UTF-8", Assert.Throws<CliException>(() => BatchFile.Open(folder.Of("a.yaml"))).Message, StringComparison.Ordinal);
        Assert.Contains("prompts.file is \"l.txt\": text in UTF-8", Assert.Throws<CliException>(() => BatchFile.Open(folder.Of("b.yaml"))).Message, StringComparison.Ordinal);
    }

    private static CliException ErrorOf(string text)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Of("a.yaml"), text);
        return Assert.Throws<CliException>(() => BatchFile.Open(folder.Of("a.yaml")));
    }
}
