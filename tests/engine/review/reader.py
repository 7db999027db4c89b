"""A reader of exported folders that knows their layout and nothing of Ossa."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image


class HandReader:
    """The layout as its description has it: no header, every line an id, ``<id>.jpg``."""

    def __init__(self, root: Path, split: str) -> None:
        self.root = root
        self.landmarks = {}
        with (root / "all.csv").open(newline="") as file:
            for row in csv.reader(file):
                assert len(row) == 1 + 2 * 37
                self.landmarks[row[0]] = np.array(row[1:], dtype=np.float32).reshape(37, 2)
        with (root / "cv" / "set1" / split).open() as file:
            self.ids = [line.strip() for line in file]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        with Image.open(self.root / "Images" / (self.ids[index] + ".jpg")) as picture:
            blue_green_red = np.asarray(picture.convert("RGB"))[..., ::-1]
        return blue_green_red, self.landmarks[self.ids[index]]
