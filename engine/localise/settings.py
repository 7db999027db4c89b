"""The settings of a localiser: a tree of dataclasses that round-trips to TOML, and its presets.

``nfdp`` is what the paper and the public NFDP configuration fix. ``fast`` is the same method at a
quarter of the pixels, for an evening on two CPU cores.
"""

from dataclasses import dataclass

from engine.data.augmentation import Augmentation
from engine.errors import SettingsError
from engine.settings_file import settings_from_toml, settings_to_toml

OUTPUT_STRIDE = 4  # input pixels per heatmap pixel


@dataclass(frozen=True)
class LocaliserSettings:
    """All that is needed to train one localiser.

    side: of the square that radiographs are letterboxed onto, in pixels, a multiple of 32.
    epochs: passes over the radiographs; the learning rate falls linearly over all steps of the run
    to `last_rate` times itself.
    augmentation: how far radiographs are varied; its shift is in pixels of the 256 canvas.
    """

    preset: str
    side: int
    epochs: int
    batch_size: int
    learning_rate: float
    last_rate: float
    augmentation: Augmentation
    seed: int = 0

    def __post_init__(self) -> None:
        if self.side < 32 or self.side % 32:
            raise SettingsError(f"side is {self.side}, must be a multiple of 32 pixels")
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} is {getattr(self, name)}, must be 1 or more")

    def to_toml(self) -> str:
        """The settings as TOML."""
        return settings_to_toml(self)

    @classmethod
    def from_toml(cls, text: str, source: str = "settings") -> "LocaliserSettings":
        """Read what `to_toml` wrote, or a file of a user's.

        Raises:
            SettingsError: an unknown, missing or ill-typed entry, named.
        """
        return settings_from_toml(cls, text, source)


# Shift 0.15 of the side, rotation 30 degrees, scale 0.3, as in the public configuration; it varies
# no grey values, and we do, a little, because generated films are not exposed like real ones.
_PUBLIC_AUGMENTATION = Augmentation(
    probability=1.0, rotation=30.0, scale=0.3, shift=38.4, gamma=0.0, contrast=0.0, brightness=0.0
)
_OURS = Augmentation(
    probability=1.0, rotation=30.0, scale=0.3, shift=38.4, gamma=0.3, contrast=0.2, brightness=0.05
)

NFDP = LocaliserSettings(
    preset="nfdp",
    side=512,
    epochs=2000,
    batch_size=8,
    learning_rate=8e-4,
    last_rate=0.3,
    augmentation=_PUBLIC_AUGMENTATION,
)
FAST = LocaliserSettings(
    preset="fast",
    side=256,
    epochs=300,
    batch_size=8,
    learning_rate=8e-4,
    last_rate=0.02,
    augmentation=_OURS,
)
LOCALISER_PRESETS = {settings.preset: settings for settings in (FAST, NFDP)}


def localiser_preset(name: str) -> LocaliserSettings:
    """The preset of that name.

    Raises:
        SettingsError: there is none.
    """
    if name not in LOCALISER_PRESETS:
        raise SettingsError(f"no preset '{name}'; there are: {', '.join(LOCALISER_PRESETS)}")
    return LOCALISER_PRESETS[name]
