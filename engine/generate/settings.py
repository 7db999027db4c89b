"""The settings of a generator: a tree of dataclasses that round-trips to TOML, and its presets.

``paper`` is row for row what the paper fixes. ``fast`` is the same idea made affordable on two CPU
cores: a quarter of the resolution inside the network, and a network that predicts the clean pair.
``vae`` is the paper's baseline, ``gan`` the comparison that the paper leaves to others.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from engine.data.augmentation import Augmentation
from engine.errors import SettingsError
from engine.generate.latent_settings import GanSettings, VaeSettings
from engine.settings_file import settings_from_toml, settings_to_toml

Predicts = Literal["noise", "velocity", "pair"]
ScheduleName = Literal["linear", "shifted-cosine"]
Family = Literal["diffusion", "vae", "gan"]
DiffusionSampler = Literal["ancestral", "ddim", "dpm-solver++", "sde-dpm-solver++"]
LatentSampler = Literal["latent"]
SAMPLERS: tuple[DiffusionSampler, ...] = get_args(DiffusionSampler)
LATENT: LatentSampler = "latent"


@dataclass(frozen=True)
class NetworkSettings:
    """A U-Net.

    block: ``plain`` (one group norm, two convolutions, SiLU; the paper's) or ``modulated`` (two
    group norms, the second scaled and shifted by the embedding).
    patch: side of the squares that are folded into channels before the first convolution.
    widths: features of each level, the bottleneck last; blocks: residual blocks of each level, on
    the way down, in the bottleneck and on the way up.
    attention: levels (0 is the finest) whose blocks are followed by self-attention.
    """

    block: Literal["plain", "modulated"]
    patch: int
    widths: tuple[int, ...]
    blocks: int
    attention: tuple[int, ...] = ()


@dataclass(frozen=True)
class DiffusionSettings:
    """The forward process and what the network predicts of it.

    schedule ``linear`` takes betas from `beta_first` to `beta_last`; ``shifted-cosine`` takes
    log-SNR(t) = -2 log tan(pi t / 2) + 2 log `shift` and ends in pure noise (zero terminal SNR).
    lead: how far the image runs ahead of its heatmap on the way from noise, as a share of the
    schedule, so that markers are set on bones that can be seen; 0 (the paper) for side by side.
    """

    steps: int
    schedule: ScheduleName
    predicts: Predicts
    beta_first: float = 1e-4
    beta_last: float = 0.02
    shift: float = 1.0
    lead: float = 0.0


@dataclass(frozen=True)
class LayoutSettings:
    """How the network is told where the landmarks roughly lie (`engine.generate.layout`).

    components: principal components of the landmarks' positions that make up a layout; what they
    leave out the network decides. sigma: of the Gaussians a layout is drawn with, canvas pixels.
    """

    components: int = 48
    sigma: float = 2.0

    def __post_init__(self) -> None:
        if self.components < 1:
            raise SettingsError(f"layout.components is {self.components}, must be 1 or more")
        if not self.sigma > 0:
            raise SettingsError(f"layout.sigma is {self.sigma}, must be above 0")


@dataclass(frozen=True)
class TrainingSettings:
    """The optimiser and the loss.

    epochs: passes over the data after which training ends by itself.
    warm_up_steps: steps over which the learning rate rises linearly, 0 for none.
    decay_after_steps: from there the rate falls with the inverse square root of the step (no end
    has to be known beforehand), 0 for never.
    cool_down: the last share of a training whose end is known, by time or by steps, over which the
    rate falls linearly to nothing: small batches make the weights tremble, and only a small rate
    brings them to rest. 0 for none.
    average_decay: of the exponential moving average of the weights, 0 for none.
    heatmap_weight: weight of the heatmap's squared error, the image's is 1.
    sigma_floor: ``pair`` prediction divides its squared error by max(sigma^2, `sigma_floor`).
    momentum: Adam's decay of the first moment, beta_1.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    warm_up_steps: int = 0
    decay_after_steps: int = 0
    cool_down: float = 0.0
    gradient_clip: float = 0.0
    average_decay: float = 0.0
    heatmap_weight: float = 1.0
    sigma_floor: float = 0.05
    seed: int = 0
    momentum: float = 0.9


@dataclass(frozen=True)
class SamplingSettings:
    """How pairs are drawn unless asked otherwise.

    sampler: ``latent`` for a VAE or a GAN, which turn one latent vector into a pair in one step.
    guidance: how far the heatmap's estimate is moved away from the guide's, 1 for not at all; and
    that only between the shares `guided_from` and `guided_until` of the path, once the layout of
    the hand is decided and before markers are finished.
    """

    sampler: DiffusionSampler | LatentSampler
    steps: int
    guidance: float = 1.0
    guided_from: float = 0.0
    guided_until: float = 1.0


@dataclass(frozen=True)
class GeneratorSettings:
    """All that is needed to train and sample one generator.

    network and diffusion; or vae; or gan: what family it is of, and what that needs to know.
    augmentation: of the training pairs, None is none; a diffusion model is told what was done to
    each. guide: a smaller network that learns beside the main one and whose coarser estimates
    sampling moves away from (Karras et al. 2024), None for none. layout: of the landmarks, drawn
    before the pair and told to a diffusion model; None (the paper) for not.
    """

    preset: str
    training: TrainingSettings
    sampling: SamplingSettings
    network: NetworkSettings | None = None
    diffusion: DiffusionSettings | None = None
    augmentation: Augmentation | None = None
    guide: NetworkSettings | None = None
    layout: LayoutSettings | None = None
    vae: VaeSettings | None = None
    gan: GanSettings | None = None

    def __post_init__(self) -> None:
        parts = ("network", "diffusion", "vae", "gan")
        given = tuple(name for name in parts if getattr(self, name) is not None)
        if given not in (("network", "diffusion"), ("vae",), ("gan",)):
            raise ValueError("settings hold either network and diffusion, or vae, or gan")
        if self.guide is not None and self.diffusion is None:
            raise ValueError(f"a {self.family} generator has no guide")
        if self.layout is not None and self.diffusion is None:
            raise ValueError(f"a {self.family} generator is told no layout")
        drawn = (self.sampling.sampler, self.sampling.steps)
        suits = drawn == (LATENT, 1) if self.diffusion is None else drawn[0] != LATENT
        if not suits:
            raise ValueError(
                f"a {self.family} generator does not draw by sampler {drawn[0]} in {drawn[1]} steps"
            )

    @property
    def family(self) -> Family:
        """What kind of generator this is."""
        if self.vae is not None:
            return "vae"
        return "diffusion" if self.gan is None else "gan"

    def trains_as(self, other: "GeneratorSettings") -> bool:
        """Whether training is the same with both: how pairs are sampled does not matter to it."""
        names = {entry.name for entry in fields(self)} - {"sampling"}
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def to_toml(self) -> str:
        """The settings as TOML; what is None is left out."""
        return settings_to_toml(self)

    @classmethod
    def from_toml(cls, text: str, source: str = "settings") -> "GeneratorSettings":
        """Read what `to_toml` wrote, or a file of a user's.

        Raises:
            SettingsError: an unknown, missing or ill-typed entry, named.
        """
        return settings_from_toml(cls, text, source)


PAPER = GeneratorSettings(
    preset="paper",
    network=NetworkSettings(block="plain", patch=1, widths=(32, 64, 128, 256), blocks=3),
    diffusion=DiffusionSettings(steps=800, schedule="linear", predicts="noise"),
    training=TrainingSettings(epochs=10_000, batch_size=4, learning_rate=1e-3),
    sampling=SamplingSettings(sampler="ancestral", steps=800),
)

FAST = GeneratorSettings(
    preset="fast",
    network=NetworkSettings(
        block="modulated", patch=4, widths=(48, 96, 144, 192), blocks=2, attention=(2, 3)
    ),
    diffusion=DiffusionSettings(
        steps=1000, schedule="shifted-cosine", predicts="pair", shift=0.25, lead=0.3
    ),
    training=TrainingSettings(
        epochs=10_000,
        batch_size=8,
        learning_rate=6e-4,
        warm_up_steps=200,
        decay_after_steps=4000,
        cool_down=0.5,
        gradient_clip=1.0,
        average_decay=0.999,
        heatmap_weight=4.0,
    ),
    sampling=SamplingSettings(
        sampler="sde-dpm-solver++", steps=18, guidance=3.0, guided_from=0.3, guided_until=0.9
    ),
    augmentation=Augmentation(),
    guide=NetworkSettings(
        block="modulated", patch=4, widths=(32, 48, 72, 96), blocks=1, attention=(2, 3)
    ),
    layout=LayoutSettings(),
)

# The paper does not say how it weighs the divergence. Measured on 60 hands at an eighth of the
# resolution, after 240 steps, for 1e-5, 1e-4, 1e-3, 1e-2: held-out squared error of the image
# 0.056, 0.044, 0.052, 0.061; distance of drawn images to the nearest real one 0.123, 0.105, 0.094,
# 0.073; variance of the latent entries over all pairs 5.9, 1.7, 0.91, 0.88, where drawing takes 1.
VAE = GeneratorSettings(
    preset="vae",
    vae=VaeSettings(
        latent=64, patch=1, widths=(32, 64, 128, 256, 256, 256), blocks=1, kl_weight=1e-3
    ),
    training=TrainingSettings(epochs=10_000, batch_size=32, learning_rate=1e-3),
    sampling=SamplingSettings(sampler=LATENT, steps=1),
)

GAN = GeneratorSettings(
    preset="gan",
    gan=GanSettings(
        latent=128,
        patch=2,
        widths=(256, 256, 192, 96, 64, 32),
        discriminator_widths=(48, 64, 96, 128, 192),
        reconstruction_weight=10.0,
        augmentation=Augmentation(
            probability=0.8,
            rotation=10.0,
            scale=0.1,
            shift=32.0,
            gamma=0.0,
            contrast=0.5,
            brightness=0.25,
        ),
    ),
    training=TrainingSettings(
        epochs=10_000,
        batch_size=8,
        learning_rate=2e-4,
        average_decay=0.999,
        heatmap_weight=4.0,
        momentum=0.5,
    ),
    sampling=SamplingSettings(sampler=LATENT, steps=1),
)

PRESETS = {settings.preset: settings for settings in (FAST, PAPER, VAE, GAN)}


def preset(name: str) -> GeneratorSettings:
    """The preset of that name.

    Raises:
        SettingsError: there is none.
    """
    if name not in PRESETS:
        raise SettingsError(f"no preset '{name}'; there are: {', '.join(PRESETS)}")
    return PRESETS[name]


def with_training(settings: GeneratorSettings, **changes: Any) -> GeneratorSettings:
    """`settings` with some of its training settings changed."""
    return replace(settings, training=replace(settings.training, **changes))
