"""What can be set in the window: one table that the settings and their dialog are made from."""

from dataclasses import dataclass
from enum import StrEnum

Value = str | bool | int


class Kind(StrEnum):
    """What a setting holds, and with what it is set."""

    TEXT = "text"
    CHOICE = "choice"
    SWITCH = "switch"
    NUMBER = "number"


@dataclass(frozen=True)
class Setting:
    """One setting.

    choices: of a choice, as (value, words). low, high: of a number; `zero` says what its lowest
    value means. note: a sentence under it.
    """

    name: str
    group: str
    label: str
    kind: Kind
    default: Value
    note: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: int = 0
    high: int = 0
    suffix: str = ""
    zero: str = ""

    def value_of(self, stored: object) -> Value:
        """What a stored text means; the default where it means nothing or lies out of range."""
        text = str(stored).strip()
        if stored is None:
            return self.default
        if self.kind is Kind.SWITCH:
            return {"true": True, "false": False}.get(text.lower(), self.default)
        if self.kind is Kind.NUMBER:
            within = text.isascii() and text.isdigit() and self.low <= int(text) <= self.high
            return int(text) if within else self.default
        if self.kind is Kind.CHOICE:
            return text if text in dict(self.choices) else self.default
        return text or self.default


SETTINGS = (
    Setting(
        "reviewer",
        "Reviewer",
        "Your name",
        Kind.TEXT,
        "",
        "Your decisions are recorded under it. What is recorded already keeps its name.",
    ),
    Setting(
        "hide_others",
        "Reviewer",
        "Hide others' decisions and corrections until I have decided",
        Kind.SWITCH,
        False,
        "For independent reading: only such decisions count for the agreement between reviewers.",
    ),
    Setting(
        "theme",
        "Appearance",
        "Theme",
        Kind.CHOICE,
        "dark",
        "Radiographs stand on black in every theme.",
        choices=(
            ("dark", "Dark, for reading rooms"),
            ("light", "Light"),
            ("system", "As the system"),
        ),
    ),
    Setting(
        "pause_at_undecided",
        "Generation",
        "Pause when so many pairs wait",
        Kind.NUMBER,
        100,
        "Generation goes on by itself once half of them are decided.",
        low=0,
        high=1_000_000,
        suffix=" undecided pairs",
        zero="Never",
    ),
)


def setting(name: str) -> Setting:
    """The setting of that name.

    Raises:
        KeyError: there is none.
    """
    return {one.name: one for one in SETTINGS}[name]
