"""What the inspector says of the copy check, in words."""

import pytest

pytest.importorskip("PySide6")

from app.pair_origin import copies_text
from engine.assess.copy_risk import CopyLevel, CopyRisk


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (CopyLevel.COPY, "held out of an export"),
        (CopyLevel.SUSPECT, "Suspiciously near"),
        (CopyLevel.NONE, "no proof of anonymity"),
    ],
)
def test_level_and_nearest_radiograph_are_said_without_symbols(level, words):
    text = copies_text(CopyRisk(level, "3142", 0.2, 0.25, 0.04, "3143", 3.04, 0.8))
    assert words in text
    assert "Most like training radiograph 3142: 25 % as far from it as" in text
    assert "a copy: below 33 %" in text
    assert "4 % of held-out real radiographs" in text
    assert "those of 3143, 3.0 mm apart, 80 % of the way" in text
    assert "d1" not in text


def test_a_pair_that_was_not_checked_says_so():
    assert copies_text(None) == "Copies not checked"
