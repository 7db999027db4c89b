"""ResNet-18 for one grey channel (He et al. 2016), named as torchvision names its weights."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import WeightsError

WIDTHS = (64, 128, 256, 512)  # of the four stages, at strides 4, 8, 16 and 32


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions with batch norm, and the input added."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or inputs != outputs:
            convolution = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(convolution, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        kept = x if self.downsample is None else self.downsample(x)
        h = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(h)) + kept)


class ResNet18(nn.Module):
    """The features of all four stages."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for stage, width in enumerate(WIDTHS, start=1):
            blocks = (
                BasicBlock(inputs, width, 1 if stage == 1 else 2),
                BasicBlock(width, width, 1),
            )
            self.add_module(f"layer{stage}", nn.Sequential(*blocks))
            inputs = width
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> list[Tensor]:
        """Args:
            x: (b, 1, s, s).

        Returns:
            (b, 64, s/4, s/4), (b, 128, s/8, s/8), (b, 256, s/16, s/16), (b, 512, s/32, s/32).
        """
        h = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
        features = []
        for stage in range(1, len(WIDTHS) + 1):
            h = self.get_submodule(f"layer{stage}")(h)
            features.append(h)
        return features


def load_imagenet(network: ResNet18, path: Path) -> None:
    """Give the network ImageNet weights from a file of torchvision's names.

    A safetensors file or a ``.pth`` of plain tensors (nothing else is unpickled). The filters of
    the first layer are summed over colour, which is what they do to a grey picture.

    Raises:
        WeightsError: it cannot be read, or is not a ResNet-18.
    """
    stored = _read_tensors(path)
    stored = {name: tensor for name, tensor in stored.items() if not name.startswith("fc.")}
    first = stored.get("conv1.weight")
    if first is not None and first.ndim == 4:
        stored["conv1.weight"] = first.sum(dim=1, keepdim=True)
    try:
        network.load_state_dict(stored)
    except RuntimeError as error:
        raise WeightsError(f"{path} does not hold the weights of a ResNet-18") from error


def _read_tensors(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise WeightsError(f"no ImageNet weights at {path}")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return dict(load_file(path))
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # zipfile, pickle and safetensors each fail in their own way
        raise WeightsError(f"{path} is not a file of plain weights") from error
    if not isinstance(loaded, dict):
        raise WeightsError(f"{path} is not a file of plain weights")
    return loaded
