using SdFleet.Cli.Tests.Support;

namespace SdFleet.Cli.Tests;

public sealed class ArgumentTests
{
    [Theory]
    [InlineData("generate x --sed 3", "there is no option --sed; did you mean --seed?")]
    [InlineData("generate x --seed abc", "--seed is \"abc\": a whole number.")]
    [InlineData("generate x --guidance high", "--guidance is \"high\": a number such as 7.5.")]
    [InlineData("generate x --noise gpu", "--noise is \"gpu\": one of cpu, cuda.")]
    [InlineData("generate a red circle", "\"red\" is one word too many")]
    [InlineData("generate", "PROMPT is missing")]
    [InlineData("generate x --local --lane bulk", "--lane is for a fleet; --local does without one.")]
    [InlineData("generate x --local --server http://127.0.0.1:1", "--server is for a fleet; --local does without one.")]
    [InlineData("generate x --server nowhere", "--server is \"nowhere\": an address such as")]
    [InlineData("generate x --local --model no-such-model", "with --local it is a model's folder, or one of shapes")]
    [InlineData("generate x --out a.png -n 2", "there will be 2 pictures: name a folder")]
    [InlineData("generate x --steps-strip a.png", "--steps-strip is for --local; a fleet gives finished pictures only.")]
    [InlineData("generate x --mask a.png", "--mask needs --init.")]
    [InlineData("generate x --lora style:much", "--lora is \"style:much\": FILE[:SCALE], the scale a number from -10 to 10")]
    [InlineData("generate x --scheduler-setting karras", "--scheduler-setting is \"karras\": NAME=VALUE, such as useKarrasSigmas=true.")]
    [InlineData("generate x --scheduler-setting karras=true", "--scheduler-setting is \"karras=true\": the settings are useKarrasSigmas, ")]
    [InlineData("generate x --scheduler-setting useKarrasSigmas=maybe", "--scheduler-setting is \"useKarrasSigmas=maybe\": useKarrasSigmas takes true or false.")]
    [InlineData("generate x --local --scheduler-setting eta=2", "--scheduler-setting is \"eta=2\": eta takes a number from 0 to 1.")]
    [InlineData("generate x --scheduler-setting timestepSpacing=even", "timestepSpacing takes one of leading, linspace, trailing.")]
    [InlineData("generate x --scheduler-setting eta=0 --scheduler-setting eta=1", "--scheduler-setting sets eta twice.")]
    [InlineData("generate x --local --strength 0.5", "--strength needs --init.")]
    [InlineData("generate x --local --init a --feather 3", "--feather needs --outpaint.")]
    [InlineData("generate x --local --init a --no-overlay", "--no-overlay needs --mask or --outpaint.")]
    [InlineData("generate x --local --hires-strength 0.5", "--hires-strength needs --hires.")]
    [InlineData("generate x --local --strip-frames 3", "--strip-frames needs --steps-strip.")]
    [InlineData("generate x --local --init a --outpaint 1,2,3", "--outpaint is \"1,2,3\": four numbers of pixels, left,top,right,bottom")]
    [InlineData("generate x --local --init a --outpaint 1,2,3,-4", "--outpaint is \"1,2,3,-4\"")]
    [InlineData("generate x --local --init a --mask b --outpaint 1,2,3,4", "--mask and --outpaint do not go together.")]
    [InlineData("generate x --local --init a --outpaint 1,2,3,4 --width 64", "--outpaint and --width do not go together.")]
    [InlineData("generate x --local --hires 2 --steps-strip a.png", "--hires and --steps-strip do not go together.")]
    [InlineData("generate x --local --hires 2 --hires-upscaler magic", "--hires-upscaler is \"magic\": one of lanczos")]
    [InlineData("gen x", "there is no command gen; did you mean generate?")]
    [InlineData("keys crate", "there is no command crate; did you mean create?")]
    [InlineData("keys create --tenant t", "'--name' is required")]
    [InlineData("keys create --tenant T --name n", "--tenant is \"T\": 1 to 64 characters")]
    [InlineData("keys create --tenant t --name n-1", "--name is \"n-1\"")]
    [InlineData("up --model shapes", "--model is \"shapes\": NAME=FOLDER")]
    [InlineData("up --model m=no-such-folder", "the folder \"no-such-folder\", which is not there")]
    [InlineData("up --urls https://127.0.0.1:1", "put a proxy before it")]
    [InlineData("demo --prompts no-such-file", "\"no-such-file\", which is not there")]
    public async Task Command_Mistyped_SaysWhatAndReturnsTwo(string line, string message)
    {
        var run = await CliRun.Of(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Generate_ServerOfEnvironmentIsWrong_NamesTheVariable()
    {
        var run = await CliRun.Of(name => name == "SDFLEET_SERVER" ? "nowhere" : null, "generate", "x");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("SDFLEET_SERVER is \"nowhere\"", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_NobodyListens_SaysWhatToDo()
    {
        var run = await CliRun.Of("generate", "x", "--server", "http://127.0.0.1:1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no fleet answers at http://127.0.0.1:1", run.Error, StringComparison.Ordinal);
        Assert.Contains("sdfleet up", run.Error, StringComparison.Ordinal);
    }

    // It has no --local: the advice is another command's.
    [Fact]
    public async Task TenantList_NobodyListens_NamesTheCommandThatNeedsNoFleet()
    {
        var run = await CliRun.Of("tenant", "list", "--server", "http://127.0.0.1:1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("\"sdfleet generate --local\" needs none.", run.Error, StringComparison.Ordinal);
    }
}
