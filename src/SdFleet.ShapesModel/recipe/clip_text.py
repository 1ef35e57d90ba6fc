"""The text encoder (transformers' CLIPTextModel: names and config keys)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from layers import LayerNorm, attention


class CLIPTextEmbeddings(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.position_embedding = nn.Embedding(config["max_position_embeddings"], config["hidden_size"])

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.token_embedding(input_ids) + self.position_embedding.weight[: input_ids.shape[1]]


class CLIPAttention(nn.Module):
    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(channels, channels)
        self.v_proj = nn.Linear(channels, channels)
        self.q_proj = nn.Linear(channels, channels)
        self.out_proj = nn.Linear(channels, channels)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        mixed = attention(self.q_proj(hidden), self.k_proj(hidden), self.v_proj(hidden), self.heads, mask)
        return self.out_proj(mixed)


class CLIPMLP(nn.Module):
    def __init__(self, channels: int, inner: int, act: str) -> None:
        super().__init__()
        self.quick = act == "quick_gelu"
        self.fc1 = nn.Linear(channels, inner)
        self.fc2 = nn.Linear(inner, channels)

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = self.fc1(hidden)
        hidden = hidden * torch.sigmoid(1.702 * hidden) if self.quick else nn.functional.gelu(hidden)
        return self.fc2(hidden)


class CLIPEncoderLayer(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        width, eps = config["hidden_size"], config["layer_norm_eps"]
        self.self_attn = CLIPAttention(width, config["num_attention_heads"])
        self.layer_norm1 = LayerNorm(width, eps=eps)
        self.mlp = CLIPMLP(width, config["intermediate_size"], config["hidden_act"])
        self.layer_norm2 = LayerNorm(width, eps=eps)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        hidden = hidden + self.self_attn(self.layer_norm1(hidden), mask)
        return hidden + self.mlp(self.layer_norm2(hidden))


class CLIPEncoder(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        self.layers = nn.ModuleList(CLIPEncoderLayer(config) for _ in range(config["num_hidden_layers"]))

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return hidden


class CLIPTextTransformer(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        self.eos = config["eos_token_id"]
        self.embeddings = CLIPTextEmbeddings(config)
        self.encoder = CLIPEncoder(config)
        self.final_layer_norm = LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        place = torch.arange(input_ids.shape[1], device=input_ids.device)
        # Minus a large number rather than -inf, which some runtimes turn into NaN.
        mask = (place[None, :] > place[:, None]).to(torch.float32) * -1e9
        hidden = self.final_layer_norm(self.encoder(self.embeddings(input_ids), mask))
        first_end = (input_ids == self.eos).to(torch.int32).argmax(dim=-1)
        index = first_end[:, None, None].expand(-1, 1, hidden.shape[2])
        return hidden, hidden.gather(1, index)[:, 0]


class CLIPTextModel(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        self.config = config
        self.text_model = CLIPTextTransformer(config)
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.02 if config["hidden_size"] > 256 else 0.1)

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Last hidden state and the state at the end of the text."""
        return self.text_model(input_ids)
