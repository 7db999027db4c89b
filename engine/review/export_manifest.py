"""What an export says about itself: ``manifest.json`` and ``README.txt``."""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.assess.copy_risk import CopyLevel
from engine.assess.copy_statistics import CopyReport
from engine.canvas import CANVAS_SIZE
from engine.review.decisions import now
from engine.review.project import ReviewProject
from engine.review.records import PairRow

MANIFEST_NAME = "manifest.json"
README_NAME = "README.txt"
STATEMENT = "synthetic, research use only"
_EXPORTED_NAMES = {"Images", "all.csv", "cv", MANIFEST_NAME, README_NAME}
_FORMAT = "ossa-export-nfdp-1"
_CONVENTION = (
    "x to the right, y downwards, in pixels of the exported file; integers lie at pixel centres, "
    "so the first pixel's centre is (0, 0) and its left edge is -0.5"
)


@dataclass(frozen=True)
class ExportFacts:
    """What the manifest and the README tell of an export as a whole.

    held_out: pairs that count as accepted but lack a landmark; copies: those held out because they
    copy a training radiograph; copy_report: the copy check on the set; jpeg_error: mean and largest
    difference in grey levels (of 255) between the exported pictures and what was compressed.
    """

    actor: str
    exported: Sequence[PairRow]
    held_out: Sequence[PairRow]
    copies: Sequence[PairRow]
    copy_report: CopyReport
    real_train: int
    real_test: int
    real_converted: int
    jpeg_quality: int
    jpeg_error: tuple[float, float]


def write_manifest(folder: Path, project: ReviewProject, facts: ExportFacts) -> None:
    """Write ``manifest.json``: per pair all it takes to make it again, and who judged it how."""
    manifest = {
        "format": _FORMAT,
        "statement": STATEMENT,
        "ossa_version": version("ossa"),
        "created": now(),
        "exported_by": facts.actor,
        "project": project.folder.resolve().name,
        "anatomy": project.anatomy.name,
        "landmarks": list(project.anatomy.landmark_names),
        "coordinates": _CONVENTION,
        "jpeg": {
            "quality": facts.jpeg_quality,
            "mean_error_grey_levels": round(facts.jpeg_error[0], 4),
            "largest_error_grey_levels": facts.jpeg_error[1],
        },
        "synthetic": len(facts.exported),
        "real_train": facts.real_train,
        "real_test": facts.real_test,
        "held_out": [row.identifier for row in facts.held_out],
        "copy_check": _copy_entry(facts),
        "pairs": [_pair_entry(project, row) for row in facts.exported],
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")


def _pair_entry(project: ReviewProject, row: PairRow) -> dict[str, Any]:
    origin = project.origin(row.identifier)
    risk = project.assessment(row.identifier).copy_risk
    return {
        "identifier": row.identifier,
        "file": f"Images/{row.identifier}.jpg",
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
        "copy_check": "not checked" if risk is None else risk.to_dict(),
        "decision": _decision_entry(row),
        "counts_as": row.counts_as,
    }


def _copy_entry(facts: ExportFacts) -> dict[str, Any]:
    suspects = [row for row in facts.exported if row.copy_level is CopyLevel.SUSPECT]
    return {
        "statement": "a risk report, never anonymisation",
        **facts.copy_report.to_dict(),
        "test": "Mann-Whitney, one-sided: nearer to the training set than held-out real images",
        "copies_held_out": [row.identifier for row in facts.copies],
        "suspects_exported": [row.identifier for row in suspects],
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
    if {path.name for path in folder.iterdir()} - _EXPORTED_NAMES:
        return False
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == _FORMAT


def write_readme(folder: Path, project: ReviewProject, facts: ExportFacts) -> None:
    """Write ``README.txt``, for whoever finds the folder."""
    last = project.anatomy.landmark_count - 1
    files = [
        f"Images/<id>.jpg    8-bit grey; synthetic ones {CANVAS_SIZE} x {CANVAS_SIZE} pixels",
        f"all.csv            id,x0,y0,...,x{last},y{last} without a header",
        "cv/set1/train.txt  ids to train on",
        "cv/set1/test.txt   ids to test on: real images only",
        f"{MANIFEST_NAME}      where each synthetic picture comes from and who judged it",
    ]
    prose = [
        f"{STATEMENT[0].upper()}{STATEMENT[1:]}: {len(facts.exported)} pictures in this folder. "
        "They are named synthetic-<12 hexadecimal digits>, show no patient and are not for "
        "diagnosis. Each such JPEG carries this statement in its comment.",
        f"Coordinates: {_CONVENTION}.",
        f"Synthetic pictures are JPEGs of quality {facts.jpeg_quality}: their grey levels differ "
        f"from the generated ones by {facts.jpeg_error[0]:.2f} on average and "
        f"{facts.jpeg_error[1]:.0f} at most (of 255).",
        _real_text(facts),
    ]
    if facts.held_out:
        prose.append(
            f"{len(facts.held_out)} pairs that count as accepted are held out, because a landmark "
            f"is missing; {MANIFEST_NAME} lists them."
        )
    prose.append(_copy_text(facts))
    first, *others = (textwrap.fill(text, 88) for text in prose)
    text = "\n\n".join([first, "\n".join(files), *others])
    (folder / README_NAME).write_text(text + "\n", encoding="utf-8")


def _copy_text(facts: ExportFacts) -> str:
    report = facts.copy_report
    if not report.checked:
        return "Whether the synthetic pictures copy training radiographs was not checked."
    text = (
        f"Copy check, a risk report and never anonymisation: {report.copies} of {report.checked} "
        f"pairs copy a training radiograph, {len(facts.copies)} of these are held out; "
        f"{report.suspects} are suspiciously near one."
    )
    if report.not_checked:
        text += f" {report.not_checked} were not checked."
    return text


def _real_text(facts: ExportFacts) -> str:
    if facts.real_train + facts.real_test == 0:
        return (
            "No real images were exported, so test.txt is empty: a synthetic picture is never "
            "tested on. Training code that measures as it goes needs test ids of its own."
        )
    return (
        f"Real images: {facts.real_train} to train on, {facts.real_test} to test on, with their "
        "coordinates as given. JPEG files are copied byte for byte; "
        f"{facts.real_converted} others were converted to 8-bit grey JPEGs."
    )
