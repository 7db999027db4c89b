import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.splits import read_split, seeded_split, split_names, usual_split
from engine.errors import DataError


@pytest.fixture
def write(tmp_path):
    def write(name="set1", train="a\nb\n", test="c\n"):
        folder = tmp_path / "cv" / name
        folder.mkdir(parents=True)
        (folder / "train.txt").write_text(train)
        (folder / "test.txt").write_text(test)
        return tmp_path

    return write


def test_a_split_keeps_the_order_of_its_files(write):
    split = read_split(write(train="b\n\n a \n", test="007\n"), None, [])
    assert (split.name, split.train_ids, split.test_ids) == ("set1", ("b", "a"), ("007",))


def test_set1_is_preferred_then_the_first_by_name(write):
    assert read_split(write("other"), None, []).name == "other"
    write("later")
    assert read_split(write("set1", train="x\n"), None, []).name == "set1"


def test_the_names_of_the_splits_are_those_of_the_folders_in_cv(write, tmp_path):
    assert split_names(tmp_path) == ()
    write("set2")
    folder = write("other")
    (folder / "cv" / "notes.txt").write_text("no split")
    assert split_names(folder) == ("other", "set2")
    assert usual_split(("other", "set1")) == "set1"


def test_a_split_is_chosen_by_name(write):
    write("set1")
    assert read_split(write("set2", train="x\n"), "set2", []).train_ids == ("x",)


def test_an_unknown_split_lists_the_known_ones(write):
    write("set1")
    with pytest.raises(DataError, match=r"has no split 'set9'; there is set1, set2$"):
        read_split(write("set2"), "set9", [])


def test_a_folder_without_splits_is_refused(tmp_path):
    (tmp_path / "cv").mkdir()
    with pytest.raises(DataError, match=r"cv holds no split: expected .*set1"):
        read_split(tmp_path, None, [])


@pytest.mark.parametrize(
    ("train", "test", "reason"),
    [
        ("", "c\n", r"train\.txt is empty"),
        ("a\n", "\n \n", r"test\.txt is empty"),
        ("a\nb\na\n", "c\n", r"train\.txt, row 3 repeats id 'a'"),
        ("a\nb\n", "c\nb\n", r"test\.txt, row 2: id 'b' is in train\.txt too"),
    ],
)
def test_a_bad_split_gives_one_line_with_file_and_row(write, train, test, reason):
    with pytest.raises(DataError, match=reason) as caught:
        read_split(write(train=train, test=test), None, [])
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_file_is_refused(write):
    folder = write()
    (folder / "cv" / "set1" / "test.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"test\.txt is not a text file"):
        read_split(folder, None, [])
    (folder / "cv" / "set1" / "test.txt").unlink()
    with pytest.raises(DataError, match=r"test\.txt cannot be read: No such file"):
        read_split(folder, None, [])


@settings(max_examples=40)
@given(ids=st.sets(st.text(min_size=1, max_size=5), min_size=2, max_size=60), seed=st.randoms())
def test_the_seeded_split_depends_on_the_identifiers_alone(ids, seed):
    shuffled = list(ids)
    seed.shuffle(shuffled)
    split = seeded_split(shuffled)
    assert split == seeded_split(sorted(ids))
    assert sorted(split.train_ids + split.test_ids) == sorted(ids)
    assert len(split.test_ids) == max(1, round(0.2 * len(ids)))


def test_without_a_folder_cv_the_split_is_seeded(tmp_path):
    ids = [str(number) for number in range(10)]
    assert read_split(tmp_path, None, ids) == read_split(tmp_path, "seeded", ids)
    with pytest.raises(DataError, match="has no split 'set1': without a folder cv"):
        read_split(tmp_path, "set1", ids)
    with pytest.raises(DataError, match="at least two annotated radiographs, this one has 1"):
        read_split(tmp_path, None, ["a"])
