"""RealNVP: an invertible map between errors and a standard normal (Dinh et al. 2017)."""

import math

import torch
from torch import Tensor, nn

HIDDEN = 64
COUPLINGS = 6


def _perceptron(last: nn.Module | None) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Linear(2, HIDDEN),
        nn.LeakyReLU(),
        nn.Linear(HIDDEN, HIDDEN),
        nn.LeakyReLU(),
        nn.Linear(HIDDEN, 2),
    ]
    return nn.Sequential(*layers, *([last] if last is not None else []))


class RealNVP(nn.Module):
    """Six affine couplings of the two coordinates of an error, each moving one by the other."""

    masks: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.scales = nn.ModuleList(_perceptron(nn.Tanh()) for _ in range(COUPLINGS))
        self.shifts = nn.ModuleList(_perceptron(None) for _ in range(COUPLINGS))
        masks = torch.tensor([[0.0, 1.0], [1.0, 0.0]] * (COUPLINGS // 2))
        self.register_buffer("masks", masks, persistent=False)

    def to_normal(self, errors: Tensor) -> tuple[Tensor, Tensor]:
        """Errors (n, 2) to normal deviates (n, 2), and log |det| of that map, (n,)."""
        z, log_determinant = errors, errors.new_zeros(len(errors))
        for index in reversed(range(COUPLINGS)):
            scale, shift, moved = self._coupling(index, z)
            z = (1 - moved) * z + moved * (z - shift) * torch.exp(-scale)
            log_determinant = log_determinant - scale.sum(dim=1)
        return z, log_determinant

    def from_normal(self, z: Tensor) -> Tensor:
        """The inverse of `to_normal`."""
        for index in range(COUPLINGS):
            scale, shift, moved = self._coupling(index, z)
            z = (1 - moved) * z + moved * (z * torch.exp(scale) + shift)
        return z

    def log_density(self, errors: Tensor) -> Tensor:
        """log p of errors (n, 2) under the flow, (n,)."""
        z, log_determinant = self.to_normal(errors)
        return -0.5 * (z**2).sum(dim=1) - math.log(2 * math.pi) + log_determinant

    def _coupling(self, index: int, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        kept = self.masks[index]
        seen = z * kept
        moved = 1 - kept
        return self.scales[index](seen) * moved, self.shifts[index](seen) * moved, moved
