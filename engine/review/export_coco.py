"""Export what counts as accepted as COCO keypoints, for tools that read ``pycocotools``' format.

``annotations/keypoints.json`` has info, images, annotations and one category, whose keypoints are
named and whose skeleton is the learned topology, counted from 1 (https://cocodataset.org,
"Data format", 2. Keypoint Detection). A landmark without a place is ``0, 0, 0``.
"""

import json
from collections.abc import Generator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from engine.anatomy import Anatomy
from engine.canvas import CANVAS_SIZE
from engine.review.export_choice import GoingPair
from engine.review.export_folder import ExportFormat
from engine.review.export_manifest import CONVENTION, STATEMENT, Written
from engine.review.export_pictures import eight_bit, encode_png
from engine.review.project import ReviewProject
from engine.review.trail import now

_CATEGORY = 1
_VISIBLE, _NOT_LABELLED = 2, 0


def _write(
    folder: Path, project: ReviewProject, going: Sequence[GoingPair]
) -> Generator[None, None, Written]:
    (folder / "images").mkdir()
    for pair in going:
        identifier = pair.row.identifier
        levels = eight_bit((project.pair(identifier).image + 1) / 2)
        png = encode_png(levels, comment=f"{identifier}: {STATEMENT}")
        (folder / "images" / f"{identifier}.png").write_bytes(png)
        yield
    document = {
        "info": {
            "description": f"{project.folder.resolve().name}: {STATEMENT}",
            "version": version("ossa"),
            "year": int(now()[:4]),
            "contributor": "Ossa",
            "date_created": now(),
            "coordinates": CONVENTION,
        },
        "licenses": [],
        "images": [_image_entry(number, pair) for number, pair in enumerate(going, 1)],
        "annotations": [_annotation(number, pair) for number, pair in enumerate(going, 1)],
        "categories": [_category(project.anatomy, going[-1].edges)],
    }
    (folder / "annotations").mkdir()
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    (folder / "annotations" / "keypoints.json").write_text(text + "\n", encoding="utf-8")
    return Written(
        files=(
            ("images/<id>.png", f"8-bit grey, {CANVAS_SIZE} x {CANVAS_SIZE} pixels"),
            ("annotations/keypoints.json", "COCO keypoints; visibility 2 labelled, 0 not labelled"),
        ),
        prose=(
            "The box of an annotation is that of its labelled landmarks, and its area the box's. "
            "Each picture carries the statement above in its comment.",
        ),
        picture="images/{}.png",
    )


def _image_entry(number: int, pair: GoingPair) -> dict[str, Any]:
    return {
        "id": number,
        "file_name": f"{pair.row.identifier}.png",
        "width": CANVAS_SIZE,
        "height": CANVAS_SIZE,
        "date_captured": pair.row.created,
    }


def _annotation(number: int, pair: GoingPair) -> dict[str, Any]:
    known = np.isfinite(pair.landmarks).all(axis=1)
    low, high = np.zeros(2), np.zeros(2)
    if known.any():
        low, high = pair.landmarks[known].min(axis=0), pair.landmarks[known].max(axis=0)
    width, height = (high - low).tolist()
    keypoints: list[float] = []
    for (x, y), there in zip(pair.landmarks.tolist(), known.tolist(), strict=True):
        keypoints += [x, y, _VISIBLE] if there else [0, 0, _NOT_LABELLED]
    return {
        "id": number,
        "image_id": number,
        "category_id": _CATEGORY,
        "keypoints": keypoints,
        "num_keypoints": int(known.sum()),
        "bbox": [*low.tolist(), width, height],
        "area": width * height,
        "iscrowd": 0,
        "segmentation": [],
    }


def _category(anatomy: Anatomy, edges: np.ndarray) -> dict[str, Any]:
    """edges: (E, 2), of the pair that was labelled last."""
    return {
        "id": _CATEGORY,
        "name": anatomy.name,
        "supercategory": anatomy.title,
        "keypoints": list(anatomy.landmark_names),
        "skeleton": (edges + 1).tolist(),
    }


# Also pairs that lack a landmark go out.
COCO = ExportFormat("coco", _write)
