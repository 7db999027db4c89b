"""The settings of generators that turn one latent vector into a pair: the VAE's and the GAN's."""

from dataclasses import dataclass

from engine.canvas import CANVAS_SIZE
from engine.data.augmentation import Augmentation

FIRST_SIDE = 4  # of the square that a GAN's generator begins with


@dataclass(frozen=True)
class VaeSettings:
    """A variational autoencoder (Kingma and Welling 2014) of a U-Net's halves without skips.

    latent: length of the latent vector.
    patch: side of the squares that are folded into channels before the first convolution.
    widths: features of each level, the finest first; each level halves the side.
    blocks: residual blocks of each level, on the way in and on the way out.
    kl_weight: of the Kullback-Leibler divergence in nats per latent entry, where the squared error
    is a mean over the pair. It stands for a decoder's variance of
    `kl_weight` x 2 x 256 x 256 / (2 `latent`).
    """

    latent: int
    patch: int
    widths: tuple[int, ...]
    blocks: int
    kl_weight: float

    def __post_init__(self) -> None:
        sides = self.patch * 2 ** (len(self.widths) - 1)
        if not self.widths or CANVAS_SIZE % sides:
            raise ValueError(
                f"vae: {len(self.widths)} levels of patch {self.patch} do not divide {CANVAS_SIZE}"
            )

    @property
    def coarsest_side(self) -> int:
        """Side in pixels of the last level's features."""
        return CANVAS_SIZE // self.patch // 2 ** (len(self.widths) - 1)


@dataclass(frozen=True)
class GanSettings:
    """A generator with skip-layer excitation and a discriminator that must also remember what it
    saw (Liu et al. 2021, FastGAN), on differentiably varied pairs (Zhao et al. 2020).

    latent: length of the latent vector.
    patch: side of the squares that the last convolution unfolds from channels, in the generator,
    and the first one folds, in the discriminator.
    widths: the generator's features from 4 x 4 upwards, each level of twice the side.
    discriminator_widths: from the finest level on, each of half the side.
    reconstruction_weight: of the squared error with which the discriminator's last features give
    real pairs back; without that task it learns few radiographs by heart.
    augmentation: how real and generated pairs alike are varied before the discriminator sees them.
    """

    latent: int
    patch: int
    widths: tuple[int, ...]
    discriminator_widths: tuple[int, ...]
    reconstruction_weight: float
    augmentation: Augmentation

    def __post_init__(self) -> None:
        side = self.patch * FIRST_SIDE * 2 ** (len(self.widths) - 1)
        if side != CANVAS_SIZE:
            raise ValueError(
                f"gan: {len(self.widths)} widths of patch {self.patch} give pairs of {side} pixels "
                f"a side, not {CANVAS_SIZE}"
            )
        if CANVAS_SIZE % (self.patch * 2 ** (len(self.discriminator_widths) - 1)):
            raise ValueError(
                f"gan: {len(self.discriminator_widths)} discriminator_widths are too many"
            )
