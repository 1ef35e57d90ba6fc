"""The KL autoencoder (diffusers' AutoencoderKL: names and config keys)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from layers import Attention, Downsample2D, GroupNorm, ResnetBlock2D, Upsample2D

EPS = 1e-6


class UNetMidBlock2D(nn.Module):
    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.attentions = nn.ModuleList([Attention(channels, 1, bias=True, groups=groups, eps=EPS)])
        self.resnets = nn.ModuleList(ResnetBlock2D(channels, channels, groups, EPS, None) for _ in range(2))

    def forward(self, hidden: Tensor) -> Tensor:
        return self.resnets[1](self.attentions[0](self.resnets[0](hidden)))


class DownEncoderBlock2D(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, layers: int, groups: int, downsample: bool) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(
            ResnetBlock2D(in_channels if i == 0 else out_channels, out_channels, groups, EPS, None)
            for i in range(layers)
        )
        self.downsamplers = nn.ModuleList([Downsample2D(out_channels, 0)]) if downsample else None

    def forward(self, hidden: Tensor) -> Tensor:
        for resnet in self.resnets:
            hidden = resnet(hidden)
        return hidden if self.downsamplers is None else self.downsamplers[0](hidden)


class UpDecoderBlock2D(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, layers: int, groups: int, upsample: bool) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(
            ResnetBlock2D(in_channels if i == 0 else out_channels, out_channels, groups, EPS, None)
            for i in range(layers)
        )
        self.upsamplers = nn.ModuleList([Upsample2D(out_channels)]) if upsample else None

    def forward(self, hidden: Tensor) -> Tensor:
        for resnet in self.resnets:
            hidden = resnet(hidden)
        return hidden if self.upsamplers is None else self.upsamplers[0](hidden)


class Encoder(nn.Module):
    def __init__(self, in_channels: int, latents: int, channels: list[int], layers: int, groups: int) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(in_channels, channels[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(
            DownEncoderBlock2D(channels[max(i - 1, 0)], width, layers, groups, i < len(channels) - 1)
            for i, width in enumerate(channels)
        )
        self.mid_block = UNetMidBlock2D(channels[-1], groups)
        self.conv_norm_out = GroupNorm(groups, channels[-1], eps=EPS)
        self.conv_act = nn.SiLU()
        self.conv_out = nn.Conv2d(channels[-1], 2 * latents, 3, padding=1)

    def forward(self, sample: Tensor) -> Tensor:
        hidden = self.conv_in(sample)
        for block in self.down_blocks:
            hidden = block(hidden)
        return self.conv_out(self.conv_act(self.conv_norm_out(self.mid_block(hidden))))


class Decoder(nn.Module):
    def __init__(self, latents: int, out_channels: int, channels: list[int], layers: int, groups: int) -> None:
        super().__init__()
        widths = list(reversed(channels))
        self.conv_in = nn.Conv2d(latents, widths[0], 3, padding=1)
        self.up_blocks = nn.ModuleList(
            UpDecoderBlock2D(widths[max(i - 1, 0)], width, layers + 1, groups, i < len(widths) - 1)
            for i, width in enumerate(widths)
        )
        self.mid_block = UNetMidBlock2D(widths[0], groups)
        self.conv_norm_out = GroupNorm(groups, widths[-1], eps=EPS)
        self.conv_act = nn.SiLU()
        self.conv_out = nn.Conv2d(widths[-1], out_channels, 3, padding=1)

    def forward(self, latent: Tensor) -> Tensor:
        hidden = self.mid_block(self.conv_in(latent))
        for block in self.up_blocks:
            hidden = block(hidden)
        return self.conv_out(self.conv_act(self.conv_norm_out(hidden)))


class AutoencoderKL(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        self.config = config
        channels, layers = config["block_out_channels"], config["layers_per_block"]
        groups, latents = config["norm_num_groups"], config["latent_channels"]
        self.encoder = Encoder(config["in_channels"], latents, channels, layers, groups)
        self.decoder = Decoder(latents, config["out_channels"], channels, layers, groups)
        self.quant_conv = nn.Conv2d(2 * latents, 2 * latents, 1)
        self.post_quant_conv = nn.Conv2d(latents, latents, 1)

    def encode(self, sample: Tensor) -> Tensor:
        """Mean and log variance, stacked along the channels."""
        return self.quant_conv(self.encoder(sample))

    def decode(self, latent: Tensor) -> Tensor:
        return self.decoder(self.post_quant_conv(latent))

    @staticmethod
    def draw(parameters: Tensor) -> Tensor:
        mean, logvar = parameters.chunk(2, dim=1)
        return mean + torch.exp(0.5 * logvar.clamp(-30, 20)) * torch.randn_like(mean)
