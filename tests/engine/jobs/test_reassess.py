"""Judging a project again: what changes is told before anything is kept."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.anatomy import load_anatomy
from engine.assess.gate import assess
from engine.assess.policy_limits import current_limits
from engine.assess.prior import fit_prior
from engine.errors import ProjectError, SettingsError
from engine.events import CancelToken, JobFinished, JobStarted, PairAssessed
from engine.heatmap import draw_heatmap
from engine.jobs.importing import ImportRequest, import_pairs
from engine.jobs.reassess import ReassessRequest, apply_reassessment, reassess
from engine.pair import Pair
from engine.review.project import ReviewProject, Verdict
from engine.review.thresholds import thresholds_of
from tests.engine.assess.shapes import stick_hands
from tests.engine.review.samples import an_origin

COUNT = 8


@pytest.fixture(scope="module")
def prior():
    return fit_prior(stick_hands(200, seed=1), load_anatomy("hand"))


@pytest.fixture(scope="module")
def judged_once(tmp_path_factory, prior):
    """Hands judged by policy `refined`, the first two with a fingertip out of place."""
    folder = tmp_path_factory.mktemp("judged") / "hands"
    with ReviewProject.create(folder) as project:
        project.store_prior(prior.to_arrays())
        for index, points in enumerate(stick_hands(COUNT, seed=9)):
            if index < 2:
                points[20] += (14.0 + 2 * index, 0.0)
            heatmap = draw_heatmap(points)
            pair = Pair(image=np.full_like(heatmap, -1), heatmap=heatmap)
            found = assess(pair, prior, project.anatomy, seed=index)
            project.add_pair(pair, found, an_origin(index))
    return folder


@pytest.fixture
def folder(judged_once, tmp_path):
    return Path(shutil.copytree(judged_once, tmp_path / "hands"))


def run(folder, token=None, **request):
    events = list(reassess(ReassessRequest(folder, **request), token or CancelToken()))
    assert isinstance(events[0], JobStarted)
    judged = {one.identifier: one.assessment for one in events if isinstance(one, PairAssessed)}
    assert isinstance(events[-1], JobFinished)
    return judged, events[-1].summary


def verdicts(folder):
    with ReviewProject.open(folder) as project:
        return [row.accepted_by_gate for row in project.rows()]


def test_the_same_limits_change_nothing(folder):
    judged, summary = run(folder)
    assert summary == {
        "changes": [],
        "policy": "refined",
        "limits": {},
        "why": "policy refined",
    }
    with ReviewProject.open(folder) as project:
        for row in project.rows():
            held, again = project.assessment(row.identifier), judged[row.identifier]
            assert again.accepted == held.accepted
            np.testing.assert_allclose(again.residuals, held.residuals)


def test_other_limits_tell_which_pairs_change_and_keep_nothing_yet(folder, prior):
    before = verdicts(folder)
    assert before[:2] == [False, False]
    now = current_limits("refined", prior, load_anatomy("hand"))
    _, summary = run(folder, limits={name: 9 * value for name, value in now.items()})
    changes = summary["changes"]
    assert {(one["before"], one["after"]) for one in changes} == {("reject", "accept")}
    assert {one["ordinal"] for one in changes} >= {1, 2}
    assert all(one["reasons"] for one in changes)
    assert verdicts(folder) == before


def test_stricter_limits_name_the_reasons_that_would_refuse(folder):
    _, summary = run(folder, limits={"shape": 0.01})
    assert all(one["after"] == "reject" for one in summary["changes"])
    assert all("the shape as a whole" in "".join(one["reasons"]) for one in summary["changes"])
    assert summary["why"] == "policy refined, shape limit 0.01"


def test_applied_verdicts_stand_beside_decisions_and_the_older_ones(folder):
    with ReviewProject.open(folder) as project:
        decided = project.rows()[3].identifier
        project.decide([decided], Verdict.ACCEPT, "Ada")
    judged, summary = run(folder, limits={"shape": 0.01})
    apply_reassessment(folder, judged, "Ada", summary)
    assert verdicts(folder) == [False] * COUNT
    with ReviewProject.open(folder) as project:
        row = project.row(decided)
        assert (row.decision, row.counts_as) == (Verdict.ACCEPT, Verdict.ACCEPT)
        told = [(entry.what, entry.who, entry.why) for entry in project.trail(decided)]
        assert [what for what, _, _ in told] == ["verdict", "decision", "reassessment"]
        assert told[-1][1:] == ("Ada", "policy refined, shape limit 0.01")


def test_another_policy_labels_anew_and_says_so(folder):
    judged, summary = run(folder, policy="paper")
    assert len(judged) == COUNT
    assert {one.policy for one in judged.values()} == {"paper"}
    assert summary["why"] == "policy paper"
    apply_reassessment(folder, judged, "Ada", summary)
    with ReviewProject.open(folder) as project:
        assert {row.policy for row in project.rows()} == {"paper"}
    again, _ = run(folder, policy="paper")
    assert [one.accepted for one in again.values()] == [one.accepted for one in judged.values()]


def test_a_stopped_trial_has_judged_what_it_has(folder):
    token = CancelToken()
    token.stop()
    judged, summary = run(folder, token)
    assert judged == {}
    assert summary["changes"] == []


@pytest.mark.parametrize(
    ("request_", "said"),
    [({"policy": "strict"}, "no policy"), ({"limits": {"elbow": 3.0}}, "no limit 'elbow'")],
)
def test_what_the_gate_cannot_do_is_told_in_one_line(folder, request_, said):
    with pytest.raises(SettingsError, match=said):
        run(folder, **request_)


def test_a_project_without_a_prior_cannot_be_judged(tmp_path):
    with ReviewProject.create(tmp_path / "empty"):
        pass
    with pytest.raises(ProjectError, match="holds no prior"):
        run(tmp_path / "empty")


def test_the_limit_that_would_have_agreed_best_is_found_and_agrees_when_it_is_tried(folder):
    with ReviewProject.open(folder) as project:
        rows = project.rows()
        project.decide([row.identifier for row in rows if row.ordinal != 2], Verdict.ACCEPT, "Ada")
        project.decide([rows[1].identifier], Verdict.REJECT, "Ada")
        policy, found = thresholds_of(project)
    assert policy == "refined"
    assert [one.count for one in found] == [COUNT] * 5
    best = max(found, key=lambda one: one.agreed)
    assert best.agreed >= best.agreed_now
    judged, _ = run(folder, limits={best.limit.name: best.best})
    agreed = sum(judged[row.identifier].accepted == (row.ordinal != 2) for row in rows)
    assert agreed == best.agreed


def test_limits_are_sought_on_the_rows_that_may_be_seen(folder):
    with ReviewProject.open(folder) as project:
        project.decide([row.identifier for row in project.rows()], Verdict.ACCEPT, "Ada")
        _, found = thresholds_of(project, project.rows()[:2])
    assert {one.count for one in found} == {2}


def test_without_a_decision_there_is_no_best_limit(folder):
    with ReviewProject.open(folder) as project:
        assert thresholds_of(project) == ("paper", [])


def test_what_comes_after_is_judged_by_the_limits_that_were_kept(folder, tmp_path):
    judged, summary = run(folder, limits={"shape": 0.01})
    apply_reassessment(folder, judged, "Ada", summary)
    with ReviewProject.open(folder) as project:
        assert project.limits("refined") == {"shape": 0.01}
        assert project.limits("paper") == {}
        write_pair(tmp_path / "others", stick_hands(1, seed=77)[0])
    list(import_pairs(ImportRequest(tmp_path / "others", folder), CancelToken()))
    assert verdicts(folder) == [False] * (COUNT + 1)
    _, again = run(folder)
    assert again["changes"] == []
    assert again["limits"] == {"shape": 0.01}


def write_pair(folder, points):
    folder.mkdir()
    heatmap = np.rint((draw_heatmap(points) + 1) / 2 * 65535).astype(np.uint16)
    for plane, levels in (("image", np.zeros_like(heatmap)), ("heatmap", heatmap)):
        Image.fromarray(levels).save(folder / f"a-{plane}.png")
