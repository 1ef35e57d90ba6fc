"""Network configurations: the small model, and Stable Diffusion 1.5's for comparison."""

from __future__ import annotations


def unet_config(channels: list[int], heads: int, context: int, groups: int, layers: int, attend: list[bool],
                sample_size: int) -> dict:
    down = ["CrossAttnDownBlock2D" if a else "DownBlock2D" for a in attend]
    up = ["CrossAttnUpBlock2D" if a else "UpBlock2D" for a in reversed(attend)]
    return {
        "_class_name": "UNet2DConditionModel",
        "_diffusers_version": "0.27.2",
        "act_fn": "silu",
        "attention_head_dim": heads,
        "block_out_channels": channels,
        "center_input_sample": False,
        "cross_attention_dim": context,
        "down_block_types": down,
        "downsample_padding": 1,
        "flip_sin_to_cos": True,
        "freq_shift": 0,
        "in_channels": 4,
        "layers_per_block": layers,
        "mid_block_scale_factor": 1,
        "mid_block_type": "UNetMidBlock2DCrossAttn",
        "norm_eps": 1e-05,
        "norm_num_groups": groups,
        "out_channels": 4,
        "sample_size": sample_size,
        "up_block_types": up,
        "use_linear_projection": False,
    }


def vae_config(channels: list[int], groups: int, layers: int, sample_size: int) -> dict:
    return {
        "_class_name": "AutoencoderKL",
        "_diffusers_version": "0.27.2",
        "act_fn": "silu",
        "block_out_channels": channels,
        "down_block_types": ["DownEncoderBlock2D"] * len(channels),
        "in_channels": 3,
        "latent_channels": 4,
        "layers_per_block": layers,
        "norm_num_groups": groups,
        "out_channels": 3,
        "sample_size": sample_size,
        "scaling_factor": 0.18215,
        "up_block_types": ["UpDecoderBlock2D"] * len(channels),
    }


def text_config(vocab: int, width: int, layers: int, heads: int) -> dict:
    return {
        "architectures": ["CLIPTextModel"],
        "attention_dropout": 0.0,
        "bos_token_id": vocab - 2,
        "dropout": 0.0,
        "eos_token_id": vocab - 1,
        "hidden_act": "quick_gelu",
        "hidden_size": width,
        "initializer_factor": 1.0,
        "initializer_range": 0.02,
        "intermediate_size": width * 4,
        "layer_norm_eps": 1e-05,
        "max_position_embeddings": 77,
        "model_type": "clip_text_model",
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "pad_token_id": vocab - 1,
        "projection_dim": width,
        "torch_dtype": "float32",
        "vocab_size": vocab,
    }


SHAPES_UNET = unet_config([48, 80, 112], 2, 96, 8, 1, [False, True, True], 16)
SHAPES_VAE = vae_config([16, 32, 64, 64], 8, 1, 128)
# The x4 upscaler, in the form of Stable Diffusion's: a latent for four by four pixels; the small picture's three
# channels beside the latents; a class for each level of noise on it, 0 to 350.
SHAPES_UPSCALE_UNET = {
    **unet_config([32, 48, 64], 2, 96, 8, 1, [False, True, True], 32), "in_channels": 7, "num_class_embeds": 351,
}
SHAPES_UPSCALE_VAE = {**vae_config([16, 32, 64], 8, 1, 128), "scaling_factor": 0.08333}


def shapes_text(vocab: int) -> dict:
    return text_config(vocab, 96, 3, 4)


def shapes_clip(vocab: int) -> dict:
    """A text and a picture encoder, both of the size of the base model's text encoder, that meet at 64 numbers."""
    shared = {"projection_dim": 64, "torch_dtype": "float32"}
    text = {**shapes_text(vocab), "projection_dim": 64}
    vision = {
        "attention_dropout": 0.0,
        "hidden_act": "quick_gelu",
        "hidden_size": 96,
        "image_size": 64,
        "initializer_factor": 1.0,
        "initializer_range": 0.02,
        "intermediate_size": 384,
        "layer_norm_eps": 1e-05,
        "model_type": "clip_vision_model",
        "num_attention_heads": 4,
        "num_channels": 3,
        "num_hidden_layers": 4,
        "patch_size": 8,
        "projection_dim": 64,
    }
    return {
        "architectures": ["CLIPModel"], "initializer_factor": 1.0, "logit_scale_init_value": 2.6592,
        "model_type": "clip", **shared, "text_config": text, "vision_config": vision,
    }


SD15_UNET = unet_config([320, 640, 1280, 1280], 8, 768, 32, 2, [True, True, True, False], 64)
SD15_VAE = vae_config([128, 256, 512, 512], 32, 2, 512)
SD15_TEXT = text_config(49408, 768, 12, 12)
