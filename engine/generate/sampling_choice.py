"""With which sampler and how many network calls a pair is drawn, without loading torch."""

from engine.errors import SettingsError
from engine.generate.settings import LATENT, SAMPLERS, GeneratorSettings

_USUAL_STEPS = {"ddim": 50, "dpm-solver++": 20, "sde-dpm-solver++": 36}
_QUICK = "dpm-solver++"  # deterministic, and at its best with few steps


def choose_sampling(
    settings: GeneratorSettings, sampler: str | None, steps: int | None
) -> tuple[str, int]:
    """Sampler and network calls per pair.

    Args:
        sampler, steps: what is asked for, None for what is usual.

    Raises:
        SettingsError: there is no such sampler, or these weights do not have it or so many steps.
    """
    usual = settings.sampling
    if settings.diffusion is None:
        if sampler not in (None, LATENT) or steps not in (None, 1):
            raise SettingsError(
                f"these weights (preset {settings.preset}) draw a pair in one step from a latent "
                f"vector: leave sampler and steps as usual"
            )
        return usual.sampler, usual.steps
    sampler = sampler or usual.sampler
    if sampler not in SAMPLERS:
        raise SettingsError(f"no sampler '{sampler}'; there are: {', '.join(SAMPLERS)}")
    whole = settings.diffusion.steps
    default = usual.steps if sampler == usual.sampler else _USUAL_STEPS.get(sampler, whole)
    steps = steps or default
    if not 1 <= steps <= whole:
        raise SettingsError(f"{steps} steps asked for, these weights have 1 to {whole}")
    return sampler, steps


def quick_sampling(settings: GeneratorSettings, steps: int) -> tuple[str, int]:
    """Sampler and network calls for a quick look, of `steps` calls at most."""
    steps = min(steps, settings.sampling.steps)
    return settings.sampling.sampler if settings.diffusion is None else _QUICK, steps
