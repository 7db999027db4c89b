from importlib import resources

import pytest

from engine.anatomy import load_anatomy
from engine.errors import SettingsError


@pytest.fixture
def edited(tmp_path):
    """The hand's file with one text replaced."""

    def edit(old, new):
        text = (resources.files("resources") / "anatomies" / "hand.toml").read_text("utf-8")
        assert old in text
        path = tmp_path / "edited.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return str(path)

    return edit


def test_the_hand_is_what_the_method_fixes():
    hand = load_anatomy()
    assert hand.landmark_count == 37
    assert hand.group("wrist").landmarks == tuple(range(13))
    assert hand.scale_pair.indices == (1, 5)
    assert hand.scale_pair.length == 50
    assert hand.coincident_pairs == ((2, 3),)
    assert (hand.plausibility.group, hand.plausibility.millimetres) == ("wrist", 16)
    assert hand.unary_sigma == 25


def test_every_landmark_has_a_name_of_its_own_and_one_group():
    hand = load_anatomy()
    assert len(set(hand.landmark_names)) == 37
    members = sorted(index for group in hand.groups for index in group.landmarks)
    assert members == list(range(37))
    assert all(index in hand.group_of(index).landmarks for index in range(37))


def test_another_anatomy_is_a_file(edited):
    renamed = load_anatomy(edited("Left hand", "Some hand"))
    assert renamed.title.startswith("Some hand")


def test_an_unknown_anatomy_or_group_is_refused():
    with pytest.raises(SettingsError, match="no anatomy 'foot'"):
        load_anatomy("foot")
    with pytest.raises(SettingsError, match=r"no anatomy '/nowhere/foot\.toml'"):
        load_anatomy("/nowhere/foot.toml")
    with pytest.raises(SettingsError, match="anatomy 'hand' has no landmark group 'toes'"):
        load_anatomy().group("toes")


def test_a_file_that_is_no_anatomy_is_refused(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text("name = ")
    with pytest.raises(SettingsError, match="is not an anatomy file"):
        load_anatomy(str(path))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('title = "Left hand, 37 landmarks"', "", "is not an anatomy file: 'title'"),
        ("pair = [1, 5]", "pair = [1, 5, 6]", "is not an anatomy file"),
        ("pair = [1, 5]", "pair = [1, 37]", "a landmark index lies outside 0 … 36"),
        ("coincident_pairs = [[2, 3]]", "coincident_pairs = [[-1, 3]]", "index lies outside"),
        ('"ulnar styloid", ', "", "every landmark must be in exactly one group"),
        ('group = "wrist"', 'group = "toes"', "has no landmark group 'toes'"),
    ],
)
def test_an_anatomy_that_contradicts_itself_is_refused(edited, old, new, reason):
    with pytest.raises(SettingsError, match=reason) as caught:
        load_anatomy(edited(old, new))
    assert "\n" not in str(caught.value)
