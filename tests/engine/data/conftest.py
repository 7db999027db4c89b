from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from engine.anatomy import Anatomy, LandmarkGroup, PlausibilityLimit, ScalePair

SHARED = Path(__file__).parents[4] / "shared"


@pytest.fixture
def triangle() -> Anatomy:
    """An anatomy of three landmarks."""
    return Anatomy(
        name="triangle",
        title="Three landmarks",
        landmark_names=("left", "right", "top"),
        groups=(LandmarkGroup("all", "All", "#FFFFFF", (0, 1, 2)),),
        scale_pair=ScalePair(0, 1, 50.0),
        coincident_pairs=(),
        plausibility=PlausibilityLimit("all", 16.0),
        unary_sigma=25.0,
        match_threshold=8.0,
    )


@pytest.fixture
def grey() -> np.ndarray:
    """(60, 40) uint8, different everywhere along a row and down a column."""
    return (2 * np.arange(60)[:, None] + 3 * np.arange(40)[None, :]).astype(np.uint8)


@pytest.fixture
def make_dataset(tmp_path, grey):
    """Write a data set of five radiographs a … e with three landmarks; any part can be replaced."""

    def make(
        ids="abcde",
        table: str | None = None,
        train: str | None = "a\nb\nc\n",
        test: str | None = "d\ne\n",
        suffix: str = ".png",
        images: str | None = None,
    ) -> Path:
        folder = tmp_path / "data"
        (folder / "Images").mkdir(parents=True)
        for index, identifier in enumerate(ids if images is None else images):
            sitk.WriteImage(
                sitk.GetImageFromArray(grey + np.uint8(index)),
                str(folder / "Images" / f"{identifier}{suffix}"),
            )
        rows = "".join(f"{identifier},1,2,30,2.5,15,50\n" for identifier in ids)
        (folder / "all.csv").write_text(rows if table is None else table)
        for name, text in (("train", train), ("test", test)):
            if text is not None:
                (folder / "cv" / "set1").mkdir(parents=True, exist_ok=True)
                (folder / "cv" / "set1" / f"{name}.txt").write_text(text)
        return folder

    return make


@pytest.fixture
def shared() -> Path:
    """The folder of real radiographs beside the checkout."""
    if not (SHARED / "dha").is_dir():
        pytest.skip("the real radiographs (../shared/dha) are not here")
    return SHARED
