"""Durations as people write them: ``90s``, ``20m``, ``1h30m``."""

import re

from engine.errors import SettingsError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(text: str) -> float:
    """Seconds of ``90s``, ``20m``, ``2h``, ``1h30m`` or a bare number of seconds.

    Raises:
        SettingsError: the text is none of these.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd])", text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    raise SettingsError(f"'{text}' is not a duration: write 90s, 20m, 2h or 1h30m")


def format_duration(seconds: float) -> str:
    """Seconds as ``1 h 05 min``, ``3 min 20 s`` or ``12 s``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
