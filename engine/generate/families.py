"""The families of generators, by the table of their settings."""

from engine.generate.denoiser import Denoiser
from engine.generate.gan import Adversaries
from engine.generate.generator import PairGenerator, in_channels_last
from engine.generate.settings import Family, GeneratorSettings
from engine.generate.vae import Autoencoder

FAMILIES: dict[Family, type[PairGenerator]] = {
    "diffusion": Denoiser,
    "vae": Autoencoder,
    "gan": Adversaries,
}


def make_generator(settings: GeneratorSettings) -> PairGenerator:
    """An untrained generator of these settings."""
    return in_channels_last(FAMILIES[settings.family](settings))
