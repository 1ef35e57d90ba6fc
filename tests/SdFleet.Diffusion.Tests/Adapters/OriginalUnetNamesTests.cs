using SdFleet.Diffusion.Adapters;

namespace SdFleet.Diffusion.Tests.Adapters;

public sealed class OriginalUnetNamesTests
{
    // Two residual blocks a block as in SDXL, whose first block has no attention, and whose second one has it.
    private static readonly string[] Sdxl =
    [
        .. Enumerable.Range(0, 3).SelectMany(block => Enumerable.Range(0, 2).SelectMany(i => Block($"down_blocks.{block}", i, block > 0))),
        .. Enumerable.Range(0, 3).SelectMany(block => Enumerable.Range(0, 3).SelectMany(i => Block($"up_blocks.{block}", i, block < 2))),
        "down_blocks.0.downsamplers.0.conv", "down_blocks.1.downsamplers.0.conv", "up_blocks.0.upsamplers.0.conv",
        "up_blocks.1.upsamplers.0.conv", "conv_in", "conv_out", "time_embedding.linear_1", "time_embedding.linear_2",
        "add_embedding.linear_1", "add_embedding.linear_2", "mid_block.resnets.0.conv1", "mid_block.resnets.1.conv2",
        "mid_block.attentions.0.transformer_blocks.9.ff.net.2",
    ];

    // The pairs are from the two codes' definitions of the SDXL U-Net.
    [Theory]
    [InlineData("conv_in", "input_blocks.0.0")]
    [InlineData("conv_out", "out.2")]
    [InlineData("time_embedding.linear_2", "time_embed.2")]
    [InlineData("add_embedding.linear_1", "label_emb.0.0")]
    [InlineData("down_blocks.0.resnets.0.conv1", "input_blocks.1.0.in_layers.2")]
    [InlineData("down_blocks.0.resnets.1.time_emb_proj", "input_blocks.2.0.emb_layers.1")]
    [InlineData("down_blocks.0.downsamplers.0.conv", "input_blocks.3.0.op")]
    [InlineData("down_blocks.1.resnets.0.conv_shortcut", "input_blocks.4.0.skip_connection")]
    [InlineData("down_blocks.1.attentions.0.proj_in", "input_blocks.4.1.proj_in")]
    [InlineData("down_blocks.2.attentions.1.proj_in", "input_blocks.8.1.proj_in")]
    [InlineData("mid_block.resnets.0.conv1", "middle_block.0.in_layers.2")]
    [InlineData("mid_block.attentions.0.transformer_blocks.9.ff.net.2", "middle_block.1.transformer_blocks.9.ff.net.2")]
    [InlineData("mid_block.resnets.1.conv2", "middle_block.2.out_layers.3")]
    [InlineData("up_blocks.0.resnets.0.conv1", "output_blocks.0.0.in_layers.2")]
    [InlineData("up_blocks.0.attentions.2.proj_in", "output_blocks.2.1.proj_in")]
    [InlineData("up_blocks.0.upsamplers.0.conv", "output_blocks.2.2.conv")]
    [InlineData("up_blocks.1.attentions.0.proj_in", "output_blocks.3.1.proj_in")]
    [InlineData("up_blocks.2.resnets.2.conv2", "output_blocks.8.0.out_layers.3")]
    public void Of_SdxlLayers_GivesTheOriginalNames(string layer, string original) =>
        Assert.Contains((original, layer), OriginalUnetNames.Of(Sdxl));

    [Fact]
    public void Of_UpsamplerWithoutAttention_ComesSecond()
    {
        // Stable Diffusion 1's first block on the way up.
        string[] layers = ["down_blocks.0.resnets.0.conv1", "down_blocks.0.resnets.1.conv1", "up_blocks.0.upsamplers.0.conv"];

        Assert.Contains(("output_blocks.2.1.conv", "up_blocks.0.upsamplers.0.conv"), OriginalUnetNames.Of(layers));
    }

    [Fact]
    public void Of_TextEncoderLayers_HaveNone() => Assert.Empty(OriginalUnetNames.Of(["text_model.encoder.layers.0.mlp.fc1"]));

    private static IEnumerable<string> Block(string block, int index, bool attention)
    {
        string[] residual = ["conv1", "conv2", "time_emb_proj", "conv_shortcut"];
        IEnumerable<string> layers = residual.Select(layer => $"{block}.resnets.{index}.{layer}");
        return attention ? layers.Append($"{block}.attentions.{index}.proj_in") : layers;
    }
}
