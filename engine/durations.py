"""Durations as people write and say them."""

import re

from engine.errors import SettingsError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FINE_BELOW = 600  # seconds; longer durations are said to the minute


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
    """Seconds as ``12 s``, ``3 min 20 s``, ``25 min`` or ``2 h 05 min``; never below ``0 s``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < _FINE_BELOW:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
