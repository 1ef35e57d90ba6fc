"""Blocks shared by the U-Net and the autoencoder, with diffusers' attribute names."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def attention(query: Tensor, key: Tensor, value: Tensor, heads: int, mask: Tensor | None = None) -> Tensor:
    """Multi-head attention on [batch, tokens, channels], written out so that every exporter knows its operators."""
    batch, tokens, channels = query.shape
    width = channels // heads

    def split(x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], heads, width).transpose(1, 2)

    scores = torch.matmul(split(query), split(key).transpose(-1, -2)) * (1.0 / math.sqrt(width))
    if mask is not None:
        scores = scores + mask
    mixed = torch.matmul(scores.softmax(dim=-1), split(value))
    return mixed.transpose(1, 2).reshape(batch, tokens, channels)


class GroupNorm(nn.GroupNorm):
    """Always in float32: under bfloat16 autocast, older PyTorch versions refuse mixed types here."""

    def forward(self, hidden: Tensor) -> Tensor:
        return super().forward(hidden if hidden.dtype == torch.float32 else hidden.float())


class LayerNorm(nn.LayerNorm):
    def forward(self, hidden: Tensor) -> Tensor:
        return super().forward(hidden if hidden.dtype == torch.float32 else hidden.float())


class ResnetBlock2D(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, groups: int, eps: float, temb_channels: int | None) -> None:
        super().__init__()
        self.norm1 = GroupNorm(groups, in_channels, eps=eps)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        if temb_channels is not None:
            self.time_emb_proj = nn.Linear(temb_channels, out_channels)
        self.norm2 = GroupNorm(groups, out_channels, eps=eps)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.nonlinearity = nn.SiLU()
        self.conv_shortcut = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else None

    def forward(self, hidden: Tensor, temb: Tensor | None = None) -> Tensor:
        residual = hidden if self.conv_shortcut is None else self.conv_shortcut(hidden)
        hidden = self.conv1(self.nonlinearity(self.norm1(hidden)))
        if temb is not None:
            hidden = hidden + self.time_emb_proj(self.nonlinearity(temb))[:, :, None, None]
        return residual + self.conv2(self.nonlinearity(self.norm2(hidden)))


class Downsample2D(nn.Module):
    def __init__(self, channels: int, padding: int) -> None:
        super().__init__()
        self.padding = padding
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=padding)

    def forward(self, hidden: Tensor) -> Tensor:
        # The autoencoder pads on the right and below only.
        return self.conv(F.pad(hidden, (0, 1, 0, 1)) if self.padding == 0 else hidden)


class Upsample2D(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.conv(F.interpolate(hidden, scale_factor=2.0, mode="nearest"))


class Attention(nn.Module):
    """Attention of a transformer block, or (with a group norm) of the autoencoder's middle."""

    def __init__(
        self, channels: int, heads: int, context: int | None = None, bias: bool = False, groups: int | None = None,
        eps: float = 1e-6,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.group_norm = GroupNorm(groups, channels, eps=eps) if groups is not None else None
        self.to_q = nn.Linear(channels, channels, bias=bias)
        self.to_k = nn.Linear(context or channels, channels, bias=bias)
        self.to_v = nn.Linear(context or channels, channels, bias=bias)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels), nn.Dropout(0.0)])

    def forward(self, hidden: Tensor, context: Tensor | None = None) -> Tensor:
        if self.group_norm is None:
            source = hidden if context is None else context
            return self.to_out[0](attention(self.to_q(hidden), self.to_k(source), self.to_v(source), self.heads))
        batch, channels, height, width = hidden.shape
        tokens = self.group_norm(hidden).reshape(batch, channels, height * width).transpose(1, 2)
        mixed = attention(self.to_q(tokens), self.to_k(tokens), self.to_v(tokens), self.heads)
        return hidden + self.to_out[0](mixed).transpose(1, 2).reshape(batch, channels, height, width)


class GEGLU(nn.Module):
    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(channels, inner * 2)

    def forward(self, hidden: Tensor) -> Tensor:
        hidden, gate = self.proj(hidden).chunk(2, dim=-1)
        return hidden * F.gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, channels: int, mult: int) -> None:
        super().__init__()
        self.net = nn.ModuleList([GEGLU(channels, channels * mult), nn.Dropout(0.0), nn.Linear(channels * mult, channels)])

    def forward(self, hidden: Tensor) -> Tensor:
        for layer in self.net:
            hidden = layer(hidden)
        return hidden


class BasicTransformerBlock(nn.Module):
    def __init__(self, channels: int, heads: int, context: int, ff_mult: int, only_cross: bool) -> None:
        super().__init__()
        self.only_cross = only_cross
        self.norm1 = LayerNorm(channels)
        self.attn1 = Attention(channels, heads, context if only_cross else None)
        self.norm2 = LayerNorm(channels)
        self.attn2 = Attention(channels, heads, context)
        self.norm3 = LayerNorm(channels)
        self.ff = FeedForward(channels, ff_mult)

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        hidden = hidden + self.attn1(self.norm1(hidden), context if self.only_cross else None)
        hidden = hidden + self.attn2(self.norm2(hidden), context)
        return hidden + self.ff(self.norm3(hidden))


class Transformer2DModel(nn.Module):
    def __init__(
        self, channels: int, heads: int, context: int, groups: int, linear: bool, ff_mult: int, only_cross: bool,
        layers: int = 1,
    ) -> None:
        super().__init__()
        self.linear = linear
        self.norm = GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels) if linear else nn.Conv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList(
            BasicTransformerBlock(channels, heads, context, ff_mult, only_cross) for _ in range(layers)
        )
        self.proj_out = nn.Linear(channels, channels) if linear else nn.Conv2d(channels, channels, 1)

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        batch, channels, height, width = hidden.shape
        residual = hidden
        hidden = self.norm(hidden)
        if not self.linear:
            hidden = self.proj_in(hidden)
        hidden = hidden.reshape(batch, channels, height * width).transpose(1, 2)
        if self.linear:
            hidden = self.proj_in(hidden)
        for block in self.transformer_blocks:
            hidden = block(hidden, context)
        if self.linear:
            hidden = self.proj_out(hidden)
        hidden = hidden.transpose(1, 2).reshape(batch, channels, height, width)
        return residual + (hidden if self.linear else self.proj_out(hidden))
