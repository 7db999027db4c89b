import numpy as np
import pytest

from engine.anatomy import load_anatomy
from engine.data.dataset import open_dataset
from engine.errors import DataError


def test_a_data_set_is_opened_with_its_split(make_dataset, triangle):
    folder = make_dataset()
    dataset = open_dataset(folder, triangle)
    assert dataset.split == "set1"
    assert dataset.train_ids == ("a", "b", "c")
    assert dataset.test_ids == ("d", "e")
    assert dataset.images["d"] == folder / "Images" / "d.png"
    assert dataset.sizes["d"] == (40, 60)
    np.testing.assert_array_equal(dataset.landmarks["a"], [[1, 2], [30, 2.5], [15, 50]])
    assert dataset.notices == ()


@pytest.mark.parametrize("suffix", [".PNG", ".jpg", ".mha", ".nii.gz", ".dcm"])
def test_images_may_have_any_format(make_dataset, triangle, suffix):
    folder = make_dataset(suffix=suffix.lower())
    for path in (folder / "Images").iterdir():
        path.rename(path.with_name(path.name[0] + suffix))
    assert open_dataset(folder, triangle).images["a"].name == f"a{suffix}"


def test_without_a_split_four_fifths_train(make_dataset, triangle):
    dataset = open_dataset(make_dataset(train=None, test=None), triangle)
    assert dataset.split == "seeded"
    assert sorted(dataset.train_ids + dataset.test_ids) == list("abcde")
    assert len(dataset.test_ids) == 1


def test_what_is_left_out_is_counted_and_said(make_dataset, triangle):
    row = "1,2,30,2.5,15,50\n"
    folder = make_dataset(
        images="abcxyz", table="".join(f"{i},{row}" for i in "abcxq"), train="a\nb\n", test="c\n"
    )
    (folder / "Images" / "Thumbs.db").write_bytes(b"")
    (folder / "Images" / ".hidden").write_bytes(b"")
    dataset = open_dataset(folder, triangle)
    assert set(dataset.images) == set(dataset.landmarks) == set("abc")
    assert dataset.notices == (
        "2 images without a row in all.csv: ignored",
        "1 row of all.csv without an image: ignored",
        "1 annotated image in neither part of the split: ignored",
        "1 file in Images that cannot be a radiograph, by its name: ignored",
    )


def test_an_image_that_is_not_used_may_be_damaged(make_dataset, triangle):
    folder = make_dataset(train="a\n", test="b\n")
    (folder / "Images" / "e.png").write_bytes(b"")
    assert open_dataset(folder, triangle).train_ids == ("a",)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"images": "abcd"}, r"test\.txt: id 'e' has no image in .*Images"),
        ({"train": "a\nq\n"}, r"train\.txt: id 'q' has no row in .*all\.csv"),
        ({"table": "a,1,2\n"}, r"all\.csv, row 1 has 3 columns, expected 7"),
        ({"train": "a\nd\n"}, r"test\.txt, row 1: id 'd' is in train\.txt too"),
        ({"train": ""}, r"train\.txt is empty"),
    ],
)
def test_a_contradiction_gives_one_line(make_dataset, triangle, parts, reason):
    with pytest.raises(DataError, match=reason) as caught:
        open_dataset(make_dataset(**parts), triangle)
    assert "\n" not in str(caught.value)


def test_an_unknown_split_is_refused(make_dataset, triangle):
    with pytest.raises(DataError, match="has no split 'set2'; there is set1"):
        open_dataset(make_dataset(), triangle, "set2")


@pytest.mark.parametrize("point", ["-0.6,2", "39.6,2", "1,-1", "1,59.7", "4000,5"])
def test_a_landmark_outside_its_image_names_file_and_row(make_dataset, triangle, point):
    table = "".join(f"{i},1,2,30,2.5,15,50\n" for i in "abce") + f"d,1,2,{point},15,50\n"
    with pytest.raises(
        DataError,
        match=r"all\.csv, row 5 \(id 'd'\): landmark 1 \(right\) at .* outside .* 40 x 60 pixels",
    ):
        open_dataset(make_dataset(table=table), triangle)


def test_a_landmark_may_lie_on_the_very_edge(make_dataset, triangle):
    table = "".join(f"{i},-0.5,-0.5,39.5,59.5,15,50\n" for i in "abcde")
    assert len(open_dataset(make_dataset(table=table), triangle).images) == 5


def test_two_images_of_one_id_are_refused(make_dataset, triangle):
    folder = make_dataset()
    (folder / "Images" / "a.JPG").write_bytes(b"")
    with pytest.raises(DataError, match=r"two images of id 'a': a\.JPG and a\.png; keep one"):
        open_dataset(folder, triangle)


def test_a_truncated_image_is_refused_before_anything_starts(make_dataset, triangle):
    folder = make_dataset(suffix=".jpg")
    broken = folder / "Images" / "e.jpg"
    broken.write_bytes(broken.read_bytes()[:-50])
    with pytest.raises(DataError, match=r"e\.jpg is truncated"):
        open_dataset(folder, triangle)


def test_a_folder_that_is_no_data_set_is_refused(tmp_path, triangle):
    with pytest.raises(DataError, match="nowhere is not a folder"):
        open_dataset(tmp_path / "nowhere", triangle)
    with pytest.raises(DataError, match=r"all\.csv cannot be read"):
        open_dataset(tmp_path, triangle)
    (tmp_path / "all.csv").write_text("a,1,2,3,4,5,6\n")
    with pytest.raises(DataError, match="Images is missing"):
        open_dataset(tmp_path, triangle)


def test_the_real_radiographs_open_without_a_notice(shared):
    dataset = open_dataset(shared / "dha", load_anatomy())
    assert (len(dataset.train_ids), len(dataset.test_ids)) == (91, 21)
    assert dataset.notices == ()
    assert all(max(size) == 1024 for size in dataset.sizes.values())


def test_the_published_radiographs_open_with_a_seeded_split(shared):
    if not (shared / "dha-original").is_dir():
        pytest.skip("the published radiographs (../shared/dha-original) are not here")
    dataset = open_dataset(shared / "dha-original", load_anatomy())
    assert dataset.split == "seeded"
    assert len(dataset.images) == 6
    assert dataset.notices == ("1 row of all.csv without an image: ignored",)
