"""The picture half of CLIP, and both halves together (transformers' CLIPModel: names and config keys)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from clip_text import CLIPEncoder, CLIPTextTransformer
from layers import LayerNorm


class CLIPVisionEmbeddings(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        width, patch = config["hidden_size"], config["patch_size"]
        self.class_embedding = nn.Parameter(torch.randn(width) * width**-0.5)
        self.patch_embedding = nn.Conv2d(config["num_channels"], width, patch, stride=patch, bias=False)
        self.position_embedding = nn.Embedding((config["image_size"] // patch) ** 2 + 1, width)
        nn.init.normal_(self.position_embedding.weight, std=width**-0.5)

    def forward(self, pixel_values: Tensor) -> Tensor:
        patches = self.patch_embedding(pixel_values).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(patches.shape[0], 1, -1).to(patches.dtype)
        return torch.cat([first, patches], dim=1) + self.position_embedding.weight


class CLIPVisionTransformer(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        width, eps = config["hidden_size"], config["layer_norm_eps"]
        self.embeddings = CLIPVisionEmbeddings(config)
        self.pre_layrnorm = LayerNorm(width, eps=eps)  # transformers' own spelling
        self.encoder = CLIPEncoder(config)
        self.post_layernorm = LayerNorm(width, eps=eps)

    def forward(self, pixel_values: Tensor) -> Tensor:
        """The state at the class token."""
        hidden = self.encoder(self.pre_layrnorm(self.embeddings(pixel_values)), None)
        return self.post_layernorm(hidden[:, 0])


class CLIPModel(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        self.config = config
        text, vision, width = config["text_config"], config["vision_config"], config["projection_dim"]
        self.text_model = CLIPTextTransformer(text)
        self.vision_model = CLIPVisionTransformer(vision)
        self.text_projection = nn.Linear(text["hidden_size"], width, bias=False)
        self.visual_projection = nn.Linear(vision["hidden_size"], width, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(config["logit_scale_init_value"]))

    def text_embeds(self, input_ids: Tensor) -> Tensor:
        return self.text_projection(self.text_model(input_ids)[1])

    def image_embeds(self, pixel_values: Tensor) -> Tensor:
        return self.visual_projection(self.vision_model(pixel_values))

    def forward(self, input_ids: Tensor, pixel_values: Tensor) -> Tensor:
        """Scaled cosines [images, texts]."""
        text = nn.functional.normalize(self.text_embeds(input_ids).float(), dim=-1)
        image = nn.functional.normalize(self.image_embeds(pixel_values).float(), dim=-1)
        # Not as a matrix product, which autocast would round to bfloat16.
        return self.logit_scale.exp().clamp(max=100) * (image[:, None] * text[None]).sum(dim=-1)
