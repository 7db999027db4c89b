"""Which keys belong to which action, and which keys can be given to one. Plain data, without Qt."""

from collections.abc import Mapping, Sequence

Keys = tuple[str, ...]

# Keys that belong to what has the focus, or are held; they are in the sheet but cannot be changed.
FIXED_KEYS = (
    ("H", "Hold to hide every overlay"),
    ("Up", "The row of pairs above"),
    ("Down", "The row of pairs below"),
    ("Home", "The first pair"),
    ("End", "The last pair"),
    ("PgUp", "A page of pairs up"),
    ("PgDown", "A page of pairs down"),
    ("Tab", "The next control"),
    ("Return", "Press the control that has the focus"),
    ("Esc", "Close a dialog"),
)


def resolved_keys(defaults: Mapping[str, Keys], changed: Mapping[str, Keys]) -> dict[str, Keys]:
    """The keys of every action of `defaults`; no key belongs to two.

    A key that was chosen goes before one that an action has by default (a later version may give
    it a key that was free before); of two that were chosen, the first in the table keeps it.
    """
    taken = {key for key, _ in FIXED_KEYS}
    keys: dict[str, Keys] = {}
    for table in (changed, defaults):
        for name in defaults:
            if name in table and name not in keys:
                keys[name] = tuple(key for key in dict.fromkeys(table[name]) if key not in taken)
                taken.update(keys[name])
    return {name: keys[name] for name in defaults}


def why_not(key: str, name: str, keys: Mapping[str, Keys], texts: Mapping[str, str]) -> str:
    """Why an action cannot have a key, in one line; empty when it can.

    keys: of every action as things stand; texts: what the actions are called.
    """
    for fixed, what in FIXED_KEYS:
        if key == fixed:
            return f"{key} cannot be changed: {what.lower()}"
    for other, others in keys.items():
        if key in others and other != name:
            return f"{key} already belongs to “{texts[other]}”"
    return ""


def with_keys(
    name: str, keys: Sequence[str], defaults: Mapping[str, Keys], changed: Mapping[str, Keys]
) -> dict[str, Keys]:
    """`changed` once an action has these keys; its own ones of the table need no mention."""
    others = {other: kept for other, kept in changed.items() if other != name}
    return others if tuple(keys) == defaults[name] else {**others, name: tuple(keys)}
