"""Generators with untrained weights, for benches that want the cost and tests that want the way."""

from pathlib import Path

from engine.generate.settings import FAST, GeneratorSettings


def write_untrained_weights(path: Path, settings: GeneratorSettings = FAST) -> Path:
    """Weights of the settings' size and a prior of stick hands; what they draw is no hand."""
    import torch

    from engine.anatomy import load_anatomy
    from engine.assess.prior import fit_prior
    from engine.generate.families import make_generator
    from engine.generate.weights import save_weights
    from tests.engine.assess.shapes import stick_hands

    torch.manual_seed(0)
    tensors = make_generator(settings).state_dict()
    prior = fit_prior(stick_hands(40, seed=4), load_anatomy("hand"))
    tensors |= {f"prior.{k}": torch.from_numpy(v) for k, v in prior.to_arrays().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_weights(path, tensors, settings, {"anatomy": "hand", "trained_on": "nothing: a bench's"})
    return path
