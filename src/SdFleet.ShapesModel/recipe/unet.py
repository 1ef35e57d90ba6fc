"""The conditional U-Net (diffusers' UNet2DConditionModel: names and config keys)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from layers import Downsample2D, GroupNorm, ResnetBlock2D, Transformer2DModel, Upsample2D


def time_features(timestep: Tensor, channels: int, flip: bool, shift: float) -> Tensor:
    half = channels // 2
    exponent = torch.arange(half, dtype=torch.float32, device=timestep.device) * (-math.log(10000) / (half - shift))
    angles = timestep[:, None].to(torch.float32) * torch.exp(exponent)[None, :]
    parts = [torch.cos(angles), torch.sin(angles)] if flip else [torch.sin(angles), torch.cos(angles)]
    return torch.cat(parts, dim=-1)


class TimestepEmbedding(nn.Module):
    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(in_channels, channels)
        self.act = nn.SiLU()
        self.linear_2 = nn.Linear(channels, channels)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear_2(self.act(self.linear_1(features)))


class BlockSettings:
    """What the blocks of one level share."""

    def __init__(self, config: dict, level: int) -> None:
        def at_level(key: str) -> int:
            value = config[key]
            return value[level] if isinstance(value, (list, tuple)) else value

        self.groups: int = config["norm_num_groups"]
        self.eps: float = config["norm_eps"]
        self.temb: int = config["block_out_channels"][0] * 4
        self.layers: int = at_level("layers_per_block")
        # diffusers calls the number of heads attention_head_dim for historical reasons.
        self.heads: int = at_level("attention_head_dim")
        self.context: int = at_level("cross_attention_dim")
        self.linear: bool = config.get("use_linear_projection", False)
        self.ff_mult: int = config.get("ff_mult", 4)
        self.only_cross: bool = at_level("only_cross_attention") if "only_cross_attention" in config else False
        self.padding: int = config.get("downsample_padding", 1)

    def resnet(self, in_channels: int, out_channels: int) -> ResnetBlock2D:
        return ResnetBlock2D(in_channels, out_channels, self.groups, self.eps, self.temb)

    def transformer(self, channels: int, only_cross: bool) -> Transformer2DModel:
        return Transformer2DModel(
            channels, self.heads, self.context, self.groups, self.linear, self.ff_mult, only_cross
        )


class DownBlock(nn.Module):
    """DownBlock2D, or CrossAttnDownBlock2D when `cross` is set."""

    def __init__(self, s: BlockSettings, in_channels: int, out_channels: int, cross: bool, downsample: bool) -> None:
        super().__init__()
        if cross:
            self.attentions = nn.ModuleList(s.transformer(out_channels, s.only_cross) for _ in range(s.layers))
        self.cross = cross
        self.resnets = nn.ModuleList(
            s.resnet(in_channels if i == 0 else out_channels, out_channels) for i in range(s.layers)
        )
        self.downsamplers = nn.ModuleList([Downsample2D(out_channels, s.padding)]) if downsample else None

    def forward(self, hidden: Tensor, temb: Tensor, context: Tensor) -> tuple[Tensor, list[Tensor]]:
        skips: list[Tensor] = []
        for i, resnet in enumerate(self.resnets):
            hidden = resnet(hidden, temb)
            if self.cross:
                hidden = self.attentions[i](hidden, context)
            skips.append(hidden)
        if self.downsamplers is not None:
            hidden = self.downsamplers[0](hidden)
            skips.append(hidden)
        return hidden, skips


class MidBlock(nn.Module):
    """UNetMidBlock2DCrossAttn."""

    def __init__(self, s: BlockSettings, channels: int) -> None:
        super().__init__()
        self.attentions = nn.ModuleList([s.transformer(channels, False)])
        self.resnets = nn.ModuleList(s.resnet(channels, channels) for _ in range(2))

    def forward(self, hidden: Tensor, temb: Tensor, context: Tensor) -> Tensor:
        hidden = self.attentions[0](self.resnets[0](hidden, temb), context)
        return self.resnets[1](hidden, temb)


class UpBlock(nn.Module):
    """UpBlock2D, or CrossAttnUpBlock2D when `cross` is set."""

    def __init__(
        self, s: BlockSettings, in_channels: int, previous: int, out_channels: int, cross: bool, upsample: bool
    ) -> None:
        super().__init__()
        if cross:
            self.attentions = nn.ModuleList(s.transformer(out_channels, s.only_cross) for _ in range(s.layers + 1))
        self.cross = cross
        resnets = []
        for i in range(s.layers + 1):
            skip = in_channels if i == s.layers else out_channels
            resnets.append(s.resnet((previous if i == 0 else out_channels) + skip, out_channels))
        self.resnets = nn.ModuleList(resnets)
        self.upsamplers = nn.ModuleList([Upsample2D(out_channels)]) if upsample else None

    def forward(self, hidden: Tensor, skips: list[Tensor], temb: Tensor, context: Tensor) -> Tensor:
        for i, resnet in enumerate(self.resnets):
            hidden = resnet(torch.cat([hidden, skips.pop()], dim=1), temb)
            if self.cross:
                hidden = self.attentions[i](hidden, context)
        return hidden if self.upsamplers is None else self.upsamplers[0](hidden)


class UNet2DConditionModel(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        self.config = config
        channels: list[int] = config["block_out_channels"]
        levels = len(channels)
        temb = channels[0] * 4
        self.conv_in = nn.Conv2d(config["in_channels"], channels[0], 3, padding=1)
        self.time_embedding = TimestepEmbedding(channels[0], temb)
        classes = config.get("num_class_embeds")
        self.class_embedding = nn.Embedding(classes, temb) if classes else None
        self.down_blocks = nn.ModuleList(
            DownBlock(
                BlockSettings(config, i), channels[max(i - 1, 0)], width,
                config["down_block_types"][i].startswith("CrossAttn"), i < levels - 1,
            )
            for i, width in enumerate(channels)
        )
        up = []
        for i, kind in enumerate(config["up_block_types"]):
            level = levels - 1 - i
            up.append(
                UpBlock(
                    BlockSettings(config, level), channels[max(level - 1, 0)], channels[min(level + 1, levels - 1)],
                    channels[level], kind.startswith("CrossAttn"), i < levels - 1,
                )
            )
        self.up_blocks = nn.ModuleList(up)
        self.mid_block = MidBlock(BlockSettings(config, levels - 1), channels[-1])
        self.conv_norm_out = GroupNorm(config["norm_num_groups"], channels[0], eps=config["norm_eps"])
        self.conv_act = nn.SiLU()
        self.conv_out = nn.Conv2d(channels[0], config["out_channels"], 3, padding=1)

    def forward(
        self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, class_labels: Tensor | None = None
    ) -> Tensor:
        """`timestep` holds one number for the whole batch or one per sample."""
        features = time_features(
            timestep, self.conv_in.out_channels, self.config["flip_sin_to_cos"], self.config["freq_shift"]
        )
        temb = self.time_embedding(features)
        if self.class_embedding is not None:
            temb = temb + self.class_embedding(class_labels)
        hidden = self.conv_in(sample)
        skips = [hidden]
        for block in self.down_blocks:
            hidden, more = block(hidden, temb, encoder_hidden_states)
            skips += more
        hidden = self.mid_block(hidden, temb, encoder_hidden_states)
        for block in self.up_blocks:
            hidden = block(hidden, skips, temb, encoder_hidden_states)
        return self.conv_out(self.conv_act(self.conv_norm_out(hidden)))
