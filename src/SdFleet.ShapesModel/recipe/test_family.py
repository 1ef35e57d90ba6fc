"""Checks the networks around the base model and the files they are written to. Run: python3 test_family.py"""

from __future__ import annotations

import copy
import random
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import configs
from clip_vision import CLIPModel
from conditioning import widened
from lora import add_low_rank, low_rank_weights, read_safetensors, write_safetensors
from masks import KINDS, draw_mask
from networks import UNet2DConditionModel
from stage_clip import VARIED, group
from stage_depth import at_latents, depth_map, object_mask
from stage_lora import hollow, is_hollow
from world import Facts, complete, cover, render, training_scene

CLIP_VIT_B_32 = {
    "text_config": configs.text_config(49408, 512, 12, 8),
    "vision_config": {
        **configs.shapes_clip(600)["vision_config"], "hidden_size": 768, "intermediate_size": 3072, "image_size": 224,
        "patch_size": 32, "num_hidden_layers": 12, "num_attention_heads": 12,
    },
    "projection_dim": 512,
    "logit_scale_init_value": 2.6592,
}
STAR = Facts("star", "red", "yellow", 1, "medium", "top left")


def inputs(channels: int = 4) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(3)
    return torch.randn(2, channels, 16, 16), torch.tensor([500]), torch.randn(2, 7, 96)


class NetworkTest(unittest.TestCase):
    def test_clip_of_openai(self) -> None:
        model = CLIPModel(CLIP_VIT_B_32)
        self.assertEqual(sum(p.numel() for p in model.parameters()), 151_277_313)
        names = {name for name, _ in model.named_parameters()}
        for name in (
            "vision_model.embeddings.class_embedding",
            "vision_model.pre_layrnorm.weight",
            "vision_model.encoder.layers.11.self_attn.q_proj.weight",
            "vision_model.post_layernorm.bias",
            "text_model.encoder.layers.0.mlp.fc1.weight",
            "visual_projection.weight",
            "text_projection.weight",
        ):
            self.assertIn(name, names)

    def test_more_channels_change_nothing_at_first(self) -> None:
        base = UNet2DConditionModel(configs.SHAPES_UNET)
        sample, time, context = inputs(9)
        with torch.no_grad():
            difference = widened(base, 9)(sample, time, context) - base(sample[:, :4], time, context)
        self.assertLess(float(difference.abs().max()), 1e-5)

    def test_upscaler_tells_noise_levels_apart(self) -> None:
        unet = UNet2DConditionModel(configs.SHAPES_UPSCALE_UNET)
        sample, time, context = inputs(7)
        with torch.no_grad():
            first, last = (unet(sample, time, context, torch.tensor([level, level])) for level in (0, 350))
        self.assertGreater(float((first - last).abs().max()), 1e-3)


class LoraTest(unittest.TestCase):
    def test_file_makes_the_same_network(self) -> None:
        base = UNet2DConditionModel(configs.SHAPES_UNET)
        unet = add_low_rank(copy.deepcopy(base), 8, 4)
        given = inputs()
        with torch.no_grad():
            self.assertTrue(torch.equal(unet(*given), base(*given)))
            for name, parameter in unet.named_parameters():
                if ".lora_" in name:
                    parameter.normal_(std=0.05).copy_(parameter.half())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "test.safetensors"
            write_safetensors(path, low_rank_weights(unet), {"trigger": "x"})
            tensors, metadata = read_safetensors(path)
        self.assertEqual(metadata, {"trigger": "x"})
        self.assertIn("unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0.lora_A.weight", tensors)
        # What a reader does: weight + B A.
        weights = base.state_dict()
        for name in [n[5:-14] for n in tensors if n.endswith("lora_A.weight")]:
            a, b = (tensors[f"unet.{name}.lora_{part}.weight"] for part in "AB")
            weights[f"{name}.weight"] += (b.flatten(1) @ a.flatten(1)).reshape(weights[f"{name}.weight"].shape)
        base.load_state_dict(weights)
        with torch.no_grad():
            difference = (unet(*given) - base(*given)).abs().max()
        self.assertLess(float(difference), 1e-3)

    def test_hollow_objects_are_told_from_filled_ones(self) -> None:
        rng, facts = random.Random(1), STAR
        scene = complete(rng, facts)
        self.assertTrue(is_hollow(hollow(scene), facts))
        self.assertFalse(is_hollow(render(scene), facts))


class DataTest(unittest.TestCase):
    def test_masks_of_every_kind_cover_something(self) -> None:
        rng = random.Random(2)
        shares = [draw_mask(rng, training_scene(rng)[1]).mean() for _ in range(200)]
        self.assertGreater(min(shares), 0.005)
        self.assertEqual(max(shares), 1.0)
        self.assertAlmostEqual(sum(KINDS.values()), 1.0)

    def test_depth_is_nearest_at_objects_and_spans_the_range(self) -> None:
        scene = complete(random.Random(3), STAR)
        depth = depth_map(scene, 0.7, 0.25, 0.2)
        inside = cover(scene) > 0.99
        self.assertGreater(depth[inside].min(), depth[cover(scene) == 0].max())
        small = at_latents(depth[None])
        self.assertEqual((tuple(small.shape), float(small.min()), float(small.max())), ((1, 1, 16, 16), -1.0, 1.0))

    def test_object_mask_of_a_drawn_picture_is_the_scene(self) -> None:
        scene = complete(random.Random(4), STAR)
        different = object_mask(render(scene), STAR) != (cover(scene) > 0.5)
        self.assertLess(int(different.sum()), 20)

    def test_groups_differ_in_one_attribute(self) -> None:
        rng, seen = random.Random(5), set()
        for _ in range(300):
            members = group(rng)
            different = [key for key in VARIED if len({getattr(facts, key) for facts in members}) > 1]
            self.assertLessEqual(len(different), 1)
            seen.update(different)
        self.assertEqual(seen, set(VARIED))

    def test_renders_at_other_sizes(self) -> None:
        scene = complete(random.Random(6), STAR)
        means = render(scene).astype(np.float32).reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))
        self.assertLess(float(np.abs(means - render(scene, 64)).mean()), 1.0)


if __name__ == "__main__":
    unittest.main()
