"""What a review project keeps, and how it is opened."""

import numpy as np
import pytest

from engine.errors import ProjectError
from engine.pair import Pair
from engine.review.project import ReviewProject, Verdict
from tests.engine.review.samples import (
    SETTINGS,
    a_pair,
    add_pairs,
    an_assessment,
    an_origin,
)


def test_a_pair_comes_back_within_one_level_of_sixteen_bits(tmp_path):
    pair = a_pair()
    with ReviewProject.create(tmp_path / "demo") as project:
        stored = project.pair(project.add_pair(pair, an_assessment(), an_origin()))
    for plane in ("image", "heatmap"):
        difference = np.abs(getattr(stored, plane).astype(float) - getattr(pair, plane))
        assert difference.max() <= 1 / 65535 + 1e-7


def test_the_ends_of_the_range_come_back_exactly_and_what_is_beyond_is_clipped(tmp_path):
    extremes = np.tile(np.array([-1, 1, -3, 3, np.nan, np.inf, -np.inf, 0]), (256, 32))
    with ReviewProject.create(tmp_path / "demo") as project:
        wild = Pair(extremes, extremes)
        stored = project.pair(project.add_pair(wild, an_assessment(), an_origin()))
    expected = [-1, 1, -1, 1, -1, 1, -1]
    assert stored.image[0, :7].tolist() == expected
    assert abs(stored.image[0, 7]) <= 1 / 65535


def test_assessment_origin_and_row_say_what_was_added(tmp_path):
    assessment = an_assessment(accepted=False, missing=(4,))
    with ReviewProject.create(tmp_path / "demo") as project:
        identifier = project.add_pair(a_pair(), assessment, an_origin(7, seed=2**63 + 5))
        assert project.assessment(identifier).to_json() == assessment.to_json()
        assert project.origin(identifier) == an_origin(7, seed=2**63 + 5)
        row = project.row(identifier)
    assert row.identifier == identifier
    assert identifier.startswith("synthetic-")
    assert len(identifier) == len("synthetic-") + 12
    assert (row.accepted_by_gate, row.policy) == (False, "paper")
    assert row.reason_codes == ("wrist-displaced",)
    assert row.counts_as is Verdict.REJECT
    assert (row.decision, row.decided_by) == (None, None)


def test_pairs_are_listed_in_the_order_they_were_added_and_from_any_point_on(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        identifiers = add_pairs(project, [True, False, True])
        rows = project.rows()
        assert [row.identifier for row in rows] == identifiers
        assert [row.identifier for row in project.rows_since(rows[0].ordinal)] == identifiers[1:]
        assert project.rows_since(rows[-1].ordinal) == []


def test_the_same_origin_is_stored_once(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        first = project.add_pair(a_pair(), an_assessment(), an_origin(3))
        again = project.add_pair(a_pair(1), an_assessment(False), an_origin(3))
        assert again == first
        assert len(project.rows()) == 1
        assert len(list((tmp_path / "demo" / "pairs").iterdir())) == 2


def test_sampled_indices_belong_to_weights_seed_and_settings(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        add_pairs(project, [True, False])
        weights = an_origin().weights_hash
        reordered = dict(reversed(SETTINGS.items()))
        assert project.sampled_indices(weights, 1, reordered) == {0, 1}
        assert project.sampled_indices(weights, 2, SETTINGS) == set()
        assert project.sampled_indices("other", 1, SETTINGS) == set()
        assert project.sampled_indices(weights, 1, {**SETTINGS, "steps": 50}) == set()


def test_everything_survives_a_restart(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        identifiers = add_pairs(project, [True, False])
        project.decide(identifiers[:1], Verdict.REJECT, "Ada", "six fingers")
        rows, trail, counts = project.rows(), project.trail(), project.counts()
    with ReviewProject.open(tmp_path / "demo") as project:
        assert (project.rows(), project.trail(), project.counts()) == (rows, trail, counts)
        assert project.anatomy.name == "hand"
        assert project.notices == ()


def test_the_prior_is_kept_beside_the_pairs_and_replaced(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        assert project.prior_arrays() is None
        project.store_prior({"mean": np.zeros((37, 2))})
        project.store_prior({"mean": np.ones((37, 2)), "edges": np.arange(6).reshape(3, 2)})
        with pytest.raises(ValueError, match="Python objects"):
            project.store_prior({"names": np.array([object()])})
    with ReviewProject.open(tmp_path / "demo") as project:
        arrays = project.prior_arrays()
    assert set(arrays) == {"mean", "edges"}
    assert np.array_equal(arrays["mean"], np.ones((37, 2)))


def test_a_damaged_prior_is_named_in_one_line(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        project.store_prior({"mean": np.zeros((37, 2))})
        archive = tmp_path / "demo" / "prior.npz"
        archive.write_bytes(archive.read_bytes()[:40])
        with pytest.raises(ProjectError, match=r"prior\.npz is damaged"):
            project.prior_arrays()


def test_another_anatomy_travels_with_its_project(tmp_path):
    text = 'name = "pair"\ntitle = "Two"\nlandmarks = ["a", "b"]\ncoincident_pairs = []\n'
    text += '[[groups]]\nname = "all"\ntitle = "All"\ncolour = "#000000"\nlandmarks = [0, 1]\n'
    text += "[scale]\npair = [0, 1]\nmillimetres = 50\n"
    text += '[plausibility]\ngroup = "all"\nmillimetres = 16\n'
    text += "[labelling]\nunary_sigma_millimetres = 25\n[shape]\nmatch_threshold_millimetres = 8\n"
    anatomy = tmp_path / "two.toml"
    anatomy.write_text(text)
    ReviewProject.create(tmp_path / "demo", str(anatomy)).close()
    anatomy.unlink()
    (tmp_path / "demo").rename(tmp_path / "moved")
    with ReviewProject.open(tmp_path / "moved") as project:
        assert project.anatomy.landmark_names == ("a", "b")
        with pytest.raises(ProjectError, match="2 landmarks, the pair has 37"):
            project.add_pair(a_pair(), an_assessment(), an_origin())
    with pytest.raises(ProjectError, match="anatomy 'pair', not 'hand'"):
        ReviewProject.open_or_create(tmp_path / "moved")


def test_a_missing_or_damaged_plane_is_named(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        first, second = add_pairs(project, [True, True])
        planes = tmp_path / "demo" / "pairs"
        (planes / f"{first}-image.png").unlink()
        with pytest.raises(ProjectError, match=f"{first}-image.png is missing"):
            project.pair(first)
        heatmap = planes / f"{second}-heatmap.png"
        heatmap.write_bytes(heatmap.read_bytes()[:300])
        with pytest.raises(ProjectError, match=f"{second}-heatmap.png cannot be read"):
            project.pair(second)


def test_an_unknown_pair_is_named(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        for question in (project.row, project.assessment, project.origin, project.pair):
            with pytest.raises(ProjectError, match="synthetic-0"):
                question("synthetic-0")
