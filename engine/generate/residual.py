"""The layers of the paper's residual block, and what else more than one network is built of."""

from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 8
CHANNELS = 2  # image and heatmap


class ResidualLayers(nn.Module):
    """One group norm and two convolutions, each followed by SiLU, and a skip beside them."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(min(GROUPS, inputs), inputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def change(self, x: Tensor) -> Tensor:
        """What is added to the skip."""
        return F.silu(self.second(F.silu(self.first(self.norm(x)))))


class ResidualBlock(ResidualLayers):
    """The layers as they are, told nothing."""

    def forward(self, x: Tensor) -> Tensor:
        return self.skip(x) + self.change(x)
