"""The NFDP localiser: ResNet-18, feature pyramid, one heatmap per landmark, soft-argmax.

Huang et al. (2024), "Normalizing flow distribution priors on heatmap regression"; the loss is the
residual log-likelihood of Li et al. (2021). Written from the descriptions.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.localise.flow import RealNVP
from engine.localise.resnet import WIDTHS, ResNet18
from engine.localise.settings import OUTPUT_STRIDE, LocaliserSettings

PYRAMID_WIDTH = 64
HEAD_WIDTH = 128
SMALLEST_SIGMA = 1e-4  # of the side: a twentieth of a pixel at 512


def _block(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class Pyramid(nn.Module):
    """Features of all stages at stride 4, summed (Lin et al. 2017; Kirillov et al. 2019).

    Coarse levels are added to finer ones from the top down; then each level climbs to stride 4 by
    convolutions and doublings of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(_block(width, PYRAMID_WIDTH, 1) for width in WIDTHS)
        self.smooth = nn.ModuleList(_block(PYRAMID_WIDTH, PYRAMID_WIDTH, 3) for _ in WIDTHS)
        self.climb = nn.ModuleList(
            nn.ModuleList(
                _block(PYRAMID_WIDTH if step == 0 else HEAD_WIDTH, HEAD_WIDTH, 3)
                for step in range(max(1, level))
            )
            for level in range(len(WIDTHS))
        )

    def forward(self, features: list[Tensor]) -> Tensor:
        levels = [lateral(f) for lateral, f in zip(self.lateral, features, strict=True)]
        for level in range(len(levels) - 1, 0, -1):
            levels[level - 1] = levels[level - 1] + _doubled(levels[level])
        total: Tensor | None = None
        for index, (smooth, climb, level) in enumerate(
            zip(self.smooth, self.climb, levels, strict=True)
        ):
            h = smooth(level)
            for block in climb.children():
                h = block(h)
                h = _doubled(h) if index else h
            total = h if total is None else total + h
        assert total is not None
        return total


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def soft_argmax(heatmaps: Tensor) -> Tensor:
    """The expected place under the softmax of each heatmap.

    Args:
        heatmaps: (b, L, h, w) logits.

    Returns:
        (b, L, 2) x and y in heatmap pixels, integers at pixel centres.
    """
    height, width = heatmaps.shape[-2:]
    share = heatmaps.float().flatten(2).softmax(dim=2).reshape(heatmaps.shape)
    x = (share.sum(dim=2) * torch.arange(width, device=share.device)).sum(dim=2)
    y = (share.sum(dim=3) * torch.arange(height, device=share.device)).sum(dim=2)
    return torch.stack([x, y], dim=2)


class Localiser(nn.Module):
    """Finds L landmarks on a radiograph and says how sure it is of each coordinate."""

    def __init__(self, settings: LocaliserSettings, landmarks: int) -> None:
        super().__init__()
        self.settings = settings
        self.landmarks = landmarks
        self.backbone = ResNet18()
        self.pyramid = Pyramid()
        self.heatmap = nn.Conv2d(HEAD_WIDTH, landmarks, 1)
        self.sigma = nn.Linear(WIDTHS[-1], 2 * landmarks)
        nn.init.xavier_uniform_(self.sigma.weight, gain=0.01)
        self.flow = RealNVP()

    def locate(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Args:
            images: (b, 1, side, side) in [-1, 1].

        Returns:
            points (b, L, 2) in pixels of the input, and sigmas (b, L, 2) likewise.
        """
        features = self.backbone(images)
        heatmaps = self.heatmap(self.pyramid(features))
        points = (soft_argmax(heatmaps) + 0.5) * OUTPUT_STRIDE - 0.5
        share = self.sigma(features[-1].float().mean(dim=(2, 3))).sigmoid()
        sigmas = share.reshape(len(images), self.landmarks, 2).clamp(min=SMALLEST_SIGMA)
        return points, sigmas * self.settings.side

    def forward(self, images: Tensor, points: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of a training batch.

        With e = (found - true) / sigma, a landmark costs log sigma_x + log sigma_y - log Q(e)
        - log phi(e): the flow phi learns how errors differ from Q, a Laplace density of scale 1
        (residual log-likelihood, Li et al. 2021, Eq. 9). sigma counts as a share of the side.

        Args:
            images: (b, 1, side, side); points: (b, L, 2) true landmarks in input pixels;
            seen: (b, L) bool, whether the landmark lies on the picture: the others cost nothing.

        Returns:
            the mean loss per landmark, and the mean distance in input pixels, without gradient.
        """
        found, sigmas = self.locate(images)
        share = sigmas / self.settings.side
        errors = (found - points) / sigmas
        log_flow = self.flow.log_density(errors.flatten(0, 1)).reshape(seen.shape)
        log_laplace = -(errors.abs() + math.log(2)).sum(dim=2)
        cost = share.log().sum(dim=2) - log_laplace - log_flow
        count = seen.sum().clamp(min=1)
        distance = (found - points).detach().norm(dim=2)
        return (cost * seen).sum() / count, (distance * seen).sum() / count
