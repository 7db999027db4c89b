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
def test_level_nearest_and_ratio_are_said_in_plain_words(level, words):
    text = copies_text(CopyRisk(level, "3142", 0.2, 0.25, 0.04, "3143", 3.04, 0.8))
    assert words in text
    assert "3142, d1/d2 0.25" in text
    assert "4% of held-out real radiographs" in text
    assert "3143, 3.0 mm" in text


def test_a_pair_that_was_not_checked_says_so():
    assert copies_text(None) == "Copies not checked"
