"""Checks that the network definitions are Stable Diffusion's, by size and by name. Run: python3 test_networks.py"""

from __future__ import annotations

import unittest

import torch
from torch import nn

import configs
from networks import AutoencoderKL, CLIPTextModel, UNet2DConditionModel


def count(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


class SizeTest(unittest.TestCase):
    def test_unet_of_stable_diffusion_15(self) -> None:
        model = UNet2DConditionModel(configs.SD15_UNET)
        self.assertEqual(count(model), 859_520_964)
        names = {name for name, _ in model.named_parameters()}
        for name in (
            "down_blocks.0.resnets.0.conv1.weight",
            "down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q.weight",
            "down_blocks.2.downsamplers.0.conv.weight",
            "mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0.bias",
            "up_blocks.1.attentions.2.transformer_blocks.0.ff.net.0.proj.weight",
            "up_blocks.3.resnets.2.conv_shortcut.weight",
            "time_embedding.linear_1.weight",
        ):
            self.assertIn(name, names)
        self.assertEqual(len(names), 686)

    def test_vae_of_stable_diffusion_15(self) -> None:
        model = AutoencoderKL(configs.SD15_VAE)
        self.assertEqual(count(model), 83_653_863)
        self.assertEqual(len(model.state_dict()), 248)

    def test_text_encoder_of_stable_diffusion_15(self) -> None:
        self.assertEqual(count(CLIPTextModel(configs.SD15_TEXT)), 123_060_480)


class ShapeTest(unittest.TestCase):
    def test_more_input_channels_and_classes(self) -> None:
        for channels in (4, 5, 7, 9):
            config = {**configs.SHAPES_UNET, "in_channels": channels, "num_class_embeds": 1000}
            model = UNet2DConditionModel(config)
            out = model(
                torch.randn(2, channels, 16, 8), torch.tensor([5]), torch.randn(2, 7, 96), torch.tensor([1, 2])
            )
            self.assertEqual(tuple(out.shape), (2, 4, 16, 8))

    def test_text_is_causal(self) -> None:
        model = CLIPTextModel(configs.shapes_text(600))
        a = torch.tensor([[598, 5, 6, 7, 599]])
        b = torch.tensor([[598, 5, 6, 9, 599]])
        with torch.no_grad():
            difference = (model(a)[0] - model(b)[0]).abs().amax(dim=-1)[0]
        self.assertLess(float(difference[:3].max()), 1e-6)
        self.assertGreater(float(difference[3]), 1e-4)

    def test_autoencoder_round_trip(self) -> None:
        model = AutoencoderKL(configs.SHAPES_VAE)
        parameters = model.encode(torch.zeros(1, 3, 64, 32))
        self.assertEqual(tuple(parameters.shape), (1, 8, 8, 4))
        self.assertEqual(tuple(model.decode(model.draw(parameters)).shape), (1, 3, 64, 32))


if __name__ == "__main__":
    unittest.main()
