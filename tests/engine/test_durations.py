"""How durations are written and said."""

import pytest

from engine.durations import format_duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s"),
        (12.4, "12 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (599.6, "10 min"),
        (1500, "25 min"),
        (3590, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_durations_are_said_as_finely_as_anybody_needs(seconds, said):
    assert format_duration(seconds) == said
