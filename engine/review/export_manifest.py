"""What an export says about itself: ``manifest.json`` and ``README.txt``."""

import json
import textwrap
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.review.export_choice import Choice, GoingPair
from engine.review.project import ReviewProject
from engine.review.records import CountingRule, PairRow
from engine.review.trail import now

MANIFEST_NAME = "manifest.json"
README_NAME = "README.txt"
STATEMENT = "synthetic, research use only"
CONVENTION = (
    "x to the right, y downwards, in pixels of the exported file; integers lie at pixel centres, "
    "so the first pixel's centre is (0, 0) and its left edge is -0.5"
)
# Of each format, what an export has at the top of its folder beside manifest and README.
_TOP_NAMES = {
    "ossa-export-nfdp-1": {"Images", "all.csv", "cv"},
    "ossa-export-coco-1": {"images", "annotations"},
    "ossa-export-csv-1": {"landmarks.csv"},
}


@dataclass(frozen=True)
class Written:
    """What a format says of its files.

    files: name and what it is, for the README; prose: its paragraphs; manifest: entries of its own;
    picture: a pair's file inside the folder, with ``{}`` for the identifier, nothing without
    pictures.
    """

    files: tuple[tuple[str, str], ...]
    prose: tuple[str, ...] = ()
    manifest: dict[str, Any] = field(default_factory=dict)
    picture: str = ""


@dataclass(frozen=True)
class ExportFacts:
    """What the manifest and the README tell of an export as a whole."""

    format: str
    actor: str
    choice: Choice
    written: Written


def write_manifest(folder: Path, project: ReviewProject, facts: ExportFacts) -> None:
    """Write ``manifest.json``: per pair all it takes to make it again, and who judged it how."""
    sorting = facts.choice.sorting
    manifest = {
        "format": f"ossa-export-{facts.format}-1",
        "statement": STATEMENT,
        "ossa_version": version("ossa"),
        "created": now(),
        "exported_by": facts.actor,
        "project": project.folder.resolve().name,
        "anatomy": project.anatomy.name,
        "landmarks": list(project.anatomy.landmark_names),
        "coordinates": CONVENTION,
        "counting": asdict(facts.choice.counting),
        **facts.written.manifest,
        "synthetic": len(facts.choice.going),
        "held_out": [row.identifier for row in sorting.lacking],
        "undecided_left_out": [row.identifier for row in sorting.undecided],
        "real_left_out": [row.identifier for row in sorting.real],
        "copy_check": _copy_entry(facts.choice),
        "pairs": [_pair_entry(pair, facts.written.picture) for pair in facts.choice.going],
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")


def _pair_entry(pair: GoingPair, picture: str) -> dict[str, Any]:
    row, origin = pair.row, pair.origin
    return {
        "identifier": row.identifier,
        "file": picture.format(row.identifier) or None,
        "statement": STATEMENT,
        "created": row.created,
        "weights_hash": origin.weights_hash,
        "seed": origin.seed,
        "index": origin.index,
        "settings": origin.settings,
        "gate": {
            "policy": row.policy,
            "verdict": row.gate_verdict,
            "reasons": list(row.reason_codes),
        },
        "image_check": "not checked" if pair.localiser is None else {"localiser": pair.localiser},
        "corrected_by": row.corrected_by,
        "verdict_on_correction": row.corrected_verdict,
        "copy_check": "not checked" if pair.copy_risk is None else pair.copy_risk.to_dict(),
        "decision": _decision_entry(row),
        "decisions": [asdict(decision) for decision in row.decisions],
        "counts_as": row.counts_as,
    }


def _copy_entry(choice: Choice) -> dict[str, Any]:
    return {
        "statement": "a risk report, never anonymisation",
        **choice.copy_report.to_dict(),
        "test": "Mann-Whitney, one-sided: nearer to the training set than held-out real images",
        "copies_held_out": [row.identifier for row in choice.sorting.copies],
        "suspects_exported": [row.identifier for row in choice.suspects],
    }


def _decision_entry(row: PairRow) -> dict[str, Any] | None:
    if row.decision is None:
        return None
    return {
        "verdict": row.decision,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "why": row.decided_why,
    }


def is_our_export(folder: Path) -> bool:
    """Whether `folder` holds an earlier export of Ossa's and nothing that was added to it."""
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    format = manifest.get("format") if isinstance(manifest, dict) else None
    if not isinstance(format, str) or format not in _TOP_NAMES:
        return False
    expected = {*_TOP_NAMES[format], MANIFEST_NAME, README_NAME}
    return {path.name for path in folder.iterdir()} <= expected


def write_readme(folder: Path, facts: ExportFacts) -> None:
    """Write ``README.txt``, for whoever finds the folder."""
    choice, written = facts.choice, facts.written
    going = len(choice.going)
    files = [*written.files, (MANIFEST_NAME, "where each pair comes from and who judged it")]
    width = max(len(name) for name, _ in files)
    prose = [
        f"{STATEMENT[0].upper()}{STATEMENT[1:]}: {going} pairs in this folder. They are named "
        "synthetic-<12 hexadecimal digits>, show no patient and are not for diagnosis.",
        f"Coordinates: {CONVENTION}.",
        *written.prose,
        f"Whose decision counts: {_counting_text(choice)}.",
    ]
    corrected = sum(pair.row.corrected_by is not None for pair in choice.going)
    if corrected:
        prose.append(
            f"{corrected} of the pairs have landmarks that a reviewer corrected; {MANIFEST_NAME} "
            "says who."
        )
    if choice.sorting.lacking:
        prose.append(
            f"{len(choice.sorting.lacking)} pairs that count as accepted are held out, because a "
            f"landmark is missing; {MANIFEST_NAME} lists them."
        )
    if choice.sorting.undecided:
        prose.append(
            f"{len(choice.sorting.undecided)} pairs that the gate accepted are held out, because "
            f"no reviewer's decision on them counts; {MANIFEST_NAME} lists them."
        )
    prose.append(_copy_text(choice))
    first, *others = (textwrap.fill(text, 88) for text in prose)
    listed = "\n".join(f"{name:{width}}  {what}" for name, what in files)
    text = "\n\n".join([first, listed, *others])
    (folder / README_NAME).write_text(text + "\n", encoding="utf-8")


def _counting_text(choice: Choice) -> str:
    counting = choice.counting
    if counting.rule is CountingRule.MAJORITY:
        return "the majority's; without one, the gate's verdict"
    if counting.rule is CountingRule.ADJUDICATOR:
        return f"that of {counting.adjudicator}, else the newest; without one, the gate's verdict"
    return "the newest; without one, the gate's verdict"


def _copy_text(choice: Choice) -> str:
    report = choice.copy_report
    if not report.checked:
        return "Whether the synthetic pairs copy training radiographs was not checked."
    text = (
        f"Copy check, a risk report and never anonymisation: {report.copies} of {report.checked} "
        f"pairs copy a training radiograph, {len(choice.sorting.copies)} of these are held out; "
        f"{report.suspects} are suspiciously near one."
    )
    if report.not_checked:
        text += f" {report.not_checked} were not checked."
    return text
