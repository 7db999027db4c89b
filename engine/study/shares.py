"""How many of the training radiographs a study uses: all, a share, or a number of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import SettingsError

if TYPE_CHECKING:
    from engine.data.canvas_set import CanvasSet

PAPER_REDUCED = 60  # training radiographs of the paper's ReducedDataset, its "10 %"


@dataclass(frozen=True)
class Share:
    """Some of the training radiographs: `count` of `total`; name: as it was asked for."""

    name: str
    count: int
    total: int

    @property
    def title(self) -> str:
        """As a table says it."""
        return f"{self.count} real" if self.count < self.total else f"all {self.count} real"

    @property
    def slug(self) -> str:
        """As a file is named by it; the same number of radiographs is the same file."""
        return f"real{self.count}"

    @property
    def paper(self) -> str | None:
        """Which of the paper's two shares this is, None for neither."""
        if self.count == self.total:
            return "100%"
        reduced = self.count == PAPER_REDUCED or self.count == round(self.total / 10)
        return "10%" if reduced else None


def parse_shares(texts: tuple[str, ...], total: int) -> tuple[Share, ...]:
    """Shares of `total` radiographs, each a number of them (``60``) or a part (``10%``).

    Raises:
        SettingsError: no such share, more radiographs than there are, or one share twice.
    """
    shares = tuple(_parse(text.strip(), total) for text in texts)
    if not shares:
        raise SettingsError("no data share: give a number of radiographs or a part, as 60 or 10%")
    if len({share.count for share in shares}) < len(shares):
        raise SettingsError(f"data shares {', '.join(texts)}: two of them are the same")
    return shares


def _parse(text: str, total: int) -> Share:
    try:
        part = text.endswith("%")
        count = round(float(text[:-1]) / 100 * total) if part else int(text)
    except ValueError:
        raise SettingsError(f"data share '{text}': give a number or a part, as 60 or 10%") from None
    if not 1 <= count <= total:
        raise SettingsError(f"data share '{text}': there are {total} training radiographs")
    return Share(text, count, total)


def share_of(radiographs: "CanvasSet", share: Share, seed: int) -> "CanvasSet":
    """The radiographs of a share; those of a smaller one are among those of a larger one.

    It is the choice of ``ossa train --images``, so that weights made that way fit where `seed` is
    that of their settings (0 in every preset).
    """
    from engine.jobs.train import choose_radiographs

    if share.count == len(radiographs):
        return radiographs
    return choose_radiographs(radiographs, share.count, seed)
