"""Say what a path holds: weights, a run, a review project, a data set or a canvas file."""

from collections import Counter
from pathlib import Path
from typing import Any

from engine.errors import DataError


def describe(path: Path) -> dict[str, Any]:
    """Plain facts about `path`, the kind first.

    Raises:
        OssaError: it is none of these, or damaged.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if (path / "review.sqlite").exists():
        return _describe_project(path)
    if (path / "Images").exists() or (path / "all.csv").exists():
        return _describe_dataset(path)
    if path.suffix == ".npz":
        return _describe_canvas_file(path)
    return _describe_weights(path)


def describe_builtin() -> dict[str, Any]:
    """Plain facts about the built-in generator, and where its model card is.

    Raises:
        WeightsError: this installation has none.
    """
    from engine.generate.builtin import builtin_card, builtin_weights

    weights = builtin_weights()
    card = builtin_card()
    shown = {"model_card": str(card)} if card and card.parent == weights.parent else {}
    return describe(weights) | {"kind": "built-in generator"} | shown


def _describe_weights(path: Path) -> dict[str, Any]:
    from engine.assess.prior import Prior
    from engine.generate.weights import read_prior_arrays, read_weights_info

    info = read_weights_info(path)
    prior = Prior.from_arrays(read_prior_arrays(path))
    return {
        "kind": "weights",
        "path": str(info.path),
        "hash": info.hash,
        "megabytes": info.path.stat().st_size / 1e6,
        "preset": info.settings.preset,
        "family": info.settings.family,
        "sampler": info.settings.sampling.sampler,
        "sampling_steps": info.settings.sampling.steps,
        "prior_shapes": prior.shape_count,
        "prior_edges": len(prior.edges),
        "millimetres_per_pixel": prior.millimetres_per_pixel,
        **info.metadata,
    }


def _describe_project(path: Path) -> dict[str, Any]:
    from engine.review.project import ReviewProject

    with ReviewProject.open(path) as project:
        counts, rows = project.counts(), project.rows()
        reasons = Counter(code for row in rows for code in row.reason_codes)
        return {
            "kind": "review project",
            "path": str(path),
            "anatomy": project.anatomy.name,
            "pairs": counts.total,
            "count as accepted": counts.accepted,
            "count as rejected": counts.rejected,
            "accepted by the gate": sum(row.accepted_by_gate for row in rows),
            "decided by reviewers": counts.decided,
            "overridden": counts.overridden,
            "reasons": dict(reasons.most_common()),
            "statement": "synthetic, research use only",
        }


def _describe_dataset(path: Path) -> dict[str, Any]:
    from engine.anatomy import load_anatomy
    from engine.data.dataset import open_dataset

    dataset = open_dataset(path, load_anatomy())
    return {
        "kind": "landmark data set",
        "path": str(path),
        "anatomy": dataset.anatomy.name,
        "split": dataset.split,
        "train": len(dataset.train_ids),
        "test": len(dataset.test_ids),
        "notices": list(dataset.notices),
    }


def _describe_canvas_file(path: Path) -> dict[str, Any]:
    from engine.data.canvas_set import read_canvas_set

    canvas_set = read_canvas_set(path)
    return {
        "kind": "canvas file",
        "path": str(path),
        "anatomy": canvas_set.anatomy,
        "radiographs": len(canvas_set.ids),
        "fingerprint": canvas_set.fingerprint,
    }
