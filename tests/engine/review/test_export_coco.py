"""Exported keypoints, read as pycocotools reads them: indexed by id, then asked for."""

import json

import numpy as np
import pytest
from PIL import Image

from engine.review.export_coco import COCO
from engine.review.export_folder import export_folder
from engine.review.export_nfdp import export_nfdp
from engine.review.project import Verdict
from tests.engine.review.samples import a_pair, add_pairs, an_assessment, an_origin


class CocoReader:
    """What ``pycocotools.coco.COCO`` makes of a file: indices, and boxes that it computes with."""

    def __init__(self, folder):
        self.folder = folder
        with (folder / "annotations" / "keypoints.json").open() as file:
            self.dataset = json.load(file)
        assert isinstance(self.dataset, dict)
        self.images = {image["id"]: image for image in self.dataset["images"]}
        self.categories = {one["id"]: one for one in self.dataset["categories"]}
        self.annotations = {}
        for annotation in self.dataset["annotations"]:
            self.annotations.setdefault(annotation["image_id"], []).append(annotation)

    def picture(self, number):
        with Image.open(self.folder / "images" / self.images[number]["file_name"]) as picture:
            return np.asarray(picture)

    def keypoints(self, number):
        (annotation,) = self.annotations[number]
        return annotation, np.array(annotation["keypoints"]).reshape(-1, 3)


@pytest.fixture
def read(project, tmp_path):
    def export_and_read():
        export_folder(project, tmp_path / "out", COCO, actor="Ada")
        return CocoReader(tmp_path / "out")

    return export_and_read


def test_every_pair_is_an_image_with_one_annotation_of_one_category(project, read):
    good, _bad, other = add_pairs(project, [True, False, True])
    coco = read()
    assert set(coco.dataset) >= {"info", "images", "annotations", "categories"}
    assert [image["file_name"] for image in coco.images.values()] == [f"{good}.png", f"{other}.png"]
    assert all((image["width"], image["height"]) == (256, 256) for image in coco.images.values())
    ids = [annotation["id"] for annotation in coco.dataset["annotations"]]
    assert len(ids) == len(set(ids)) == 2
    for number in coco.images:
        annotation, _ = coco.keypoints(number)
        assert annotation["category_id"] in coco.categories
        assert annotation["iscrowd"] == 0
        assert annotation["segmentation"] == []


def test_landmarks_are_keypoints_with_visibility_and_a_box_around_them(project, read):
    (good,) = add_pairs(project, [True])
    annotation, keypoints = read().keypoints(1)
    landmarks = project.assessment(good).landmarks
    assert np.array_equal(keypoints[:, :2], landmarks)
    assert (keypoints[:, 2] == 2).all()
    assert annotation["num_keypoints"] == 37
    x, y, width, height = annotation["bbox"]
    assert np.allclose([x, y], landmarks.min(axis=0))
    assert np.allclose([x + width, y + height], landmarks.max(axis=0))
    assert annotation["area"] == pytest.approx(width * height)


def test_a_missing_landmark_is_0_0_0_where_nfdp_holds_the_pair_out(project, read, tmp_path):
    add_pairs(project, [True])
    lacking = project.add_pair(a_pair(), an_assessment(False, missing=(3, 8)), an_origin(50))
    project.decide([lacking], Verdict.ACCEPT, "Ada")
    coco = read()
    annotation, keypoints = coco.keypoints(2)
    assert coco.images[2]["file_name"] == f"{lacking}.png"
    assert np.flatnonzero(keypoints[:, 2] == 0).tolist() == [3, 8]
    assert (keypoints[[3, 8]] == 0).all()
    assert set(keypoints[:, 2].tolist()) <= {0, 1, 2}
    assert annotation["num_keypoints"] == int((keypoints[:, 2] > 0).sum()) == 35
    assert export_nfdp(project, tmp_path / "nfdp", actor="Ada").held_out == (lacking,)


def test_a_pair_without_a_single_landmark_has_an_empty_box(project, read):
    nothing = project.add_pair(a_pair(), an_assessment(False, missing=range(37)), an_origin(50))
    project.decide([nothing], Verdict.ACCEPT, "Ada")
    annotation, keypoints = read().keypoints(1)
    assert not keypoints.any()
    assert (annotation["num_keypoints"], annotation["area"]) == (0, 0)
    assert annotation["bbox"] == [0, 0, 0, 0]


def test_the_category_names_the_landmarks_and_has_the_topology_counted_from_one(project, read):
    (good,) = add_pairs(project, [True])
    (category,) = read().categories.values()
    assert category["keypoints"] == list(project.anatomy.landmark_names)
    edges = project.assessment(good).edges
    assert category["skeleton"] == (edges + 1).tolist()
    assert min(min(edge) for edge in category["skeleton"]) >= 1


def test_pictures_lose_no_grey_level_and_carry_the_statement(project, read):
    (good,) = add_pairs(project, [True])
    coco = read()
    exact = np.rint((project.pair(good).image + 1) / 2 * 255)
    assert np.array_equal(coco.picture(1), exact)
    with Image.open(coco.folder / "images" / f"{good}.png") as picture:
        assert picture.info["Comment"] == f"{good}: synthetic, research use only"
    assert "synthetic" in coco.dataset["info"]["description"]


def test_corrected_landmarks_go_out(project, read):
    (moved,) = add_pairs(project, [True])
    better = an_assessment(True, seed=9)
    project.correct(moved, better.landmarks, better, "Ada")
    _, keypoints = read().keypoints(1)
    assert np.array_equal(keypoints[:, :2], better.landmarks)


def test_the_export_is_in_the_trail_and_can_be_replaced(project, read, tmp_path):
    (good,) = add_pairs(project, [True])
    read()
    assert project.trail(good)[-1].why == f"coco to {(tmp_path / 'out').resolve()}"
    export_nfdp(project, tmp_path / "out", actor="Ada", overwrite=True)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "Images",
        "README.txt",
        "all.csv",
        "cv",
        "manifest.json",
    ]
