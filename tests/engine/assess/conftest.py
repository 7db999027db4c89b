import numpy as np
import pytest

from engine.anatomy import Anatomy, load_anatomy
from engine.assess.prior import Prior, fit_prior

from .shapes import stick_hands


@pytest.fixture(scope="session")
def hand() -> Anatomy:
    return load_anatomy("hand")


@pytest.fixture(scope="session")
def training_hands() -> np.ndarray:
    return stick_hands(200, seed=1)


@pytest.fixture(scope="session")
def prior(hand: Anatomy, training_hands: np.ndarray) -> Prior:
    return fit_prior(training_hands, hand)
