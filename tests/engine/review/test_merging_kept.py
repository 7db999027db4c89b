"""What a project keeps beside its trail goes along when two copies of it are joined: limits and
blinded readings, also those that are not through."""

import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ProjectError
from engine.review.merging import merge_projects
from engine.review.project import ReviewProject
from engine.review.series import (
    PlannedItem,
    SeriesPlan,
    read_plans,
    readings_of_finished,
    unfinished,
    write_plan,
)
from tests.engine.review.samples import a_pair, a_reading, add_pairs, an_assessment, an_origin

POLICIES = ("refined", "paper")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("original") / "demo"
    with ReviewProject.create(folder) as project:
        add_pairs(project, [True, True])
    return folder


@pytest.fixture
def copies(original, tmp_path):
    return [Path(shutil.copytree(original, tmp_path / name)) for name in ("a", "b")]


def set_limits(folder, limits, policy="refined"):
    with ReviewProject.open(folder) as project:
        project.reassess({}, "Ada", "tried", (policy, limits))


def limits_of(folder):
    with ReviewProject.open(folder) as project:
        return {policy: project.limits(policy) for policy in POLICIES}


def log_of(folder):
    with ReviewProject.open(folder) as project:
        return [entry.what for entry in project.log()]


def test_limits_of_the_other_copy_come_along_and_the_user_is_told(copies):
    a, b = copies
    set_limits(b, {"wrist": 12.0})
    (line,) = merge_projects(a, b).notices
    assert line == f"{a}: the limits of policy refined are as chosen last, in {b}"
    assert limits_of(a) == limits_of(b) == {"refined": {"wrist": 12.0}, "paper": {}}
    assert log_of(a) == ["merge"]
    assert merge_projects(a, b).notices == ()
    assert log_of(a) == ["merge"]


def test_of_two_choices_the_later_one_holds_in_both_copies(copies):
    a, b = copies
    set_limits(a, {"wrist": 12.0})
    set_limits(a, {"wrist": 3.0}, "paper")
    set_limits(b, {"wrist": 14.0})
    assert merge_projects(b, a).notices == (
        f"{b}: the limits of policy paper are as chosen last, in {a}",
    )
    merge_projects(a, b)
    assert limits_of(a) == limits_of(b) == {"refined": {"wrist": 14.0}, "paper": {"wrist": 3.0}}


def test_limits_that_an_older_ossa_kept_give_way_to_ones_whose_time_is_known(copies):
    a, b = copies
    with ReviewProject.open(a) as project:
        project._connection.execute(
            "INSERT INTO project VALUES ('limits:refined', ?)", (json.dumps({"wrist": 9.0}),)
        )
    set_limits(b, {"wrist": 14.0})
    merge_projects(a, b)
    assert limits_of(a)["refined"] == {"wrist": 14.0}


choices = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(["limits", "limits", "merge"]),
        st.sampled_from(POLICIES),
        st.dictionaries(st.sampled_from(["wrist", "shape"]), st.sampled_from([1.0, 2.0])),
    ),
    max_size=8,
)


@settings(max_examples=10, deadline=None)
@given(choices=choices, hours=st.tuples(st.integers(-2, 2), st.integers(-2, 2)))
def test_the_same_limits_hold_whichever_copy_is_joined_into_the_other(original, choices, hours):
    """Also where the clock of one of the two machines is wrong, and with joins in between."""
    with tempfile.TemporaryDirectory() as place:
        pair = [Path(shutil.copytree(original, Path(place) / name)) for name in ("a", "b")]
        chosen = {}
        for copy, kind, policy, limits in choices:
            wrong = datetime.now(UTC) + timedelta(hours=hours[copy])
            with patch("engine.review.trail.now", return_value=wrong.isoformat()):
                if kind == "merge":
                    merge_projects(pair[copy], pair[1 - copy])
                else:
                    set_limits(pair[copy], limits, policy)
                    chosen.setdefault(policy, []).append(limits)
                    assert limits_of(pair[copy])[policy] == limits
        merge_projects(pair[0], pair[1])
        merge_projects(pair[1], pair[0])
        assert limits_of(pair[0]) == limits_of(pair[1])
        for policy, limits in limits_of(pair[0]).items():
            assert limits in chosen.get(policy, [{}])


def a_series(folder, who="Ben", answered=1, session="s1", real_data="/nowhere/films"):
    """A series of the project's pairs and one radiograph, with so many answers."""
    with ReviewProject.open(folder) as project:
        items = [PlannedItem(row.identifier, False, 7) for row in project.rows()]
        items.append(PlannedItem("real-0123456789ab", True, 8))
        plan = SeriesPlan(session, who, "2026-01-01", 5, real_data, "set1", tuple(items))
        write_plan(folder, plan)
        for number, one in enumerate(items[:answered]):
            project.record_reading(a_reading(f"{session}-{number}", session, item=one.item))
    return plan


def state(folder, who="Ben"):
    with ReviewProject.open(folder) as project:
        answers = project.readings()
    plans = read_plans(folder)
    return unfinished(plans, answers, who), readings_of_finished(plans, answers)


def test_an_unfinished_series_comes_along_with_its_answers_and_can_be_gone_on_with(copies):
    a, b = copies
    plan = a_series(b)
    report = merge_projects(a, b)
    assert report.readings == 1
    (line,) = report.notices
    assert line == (
        "an unfinished blinded reading of Ben came along, 1 of 3 answered; to go on with it here "
        "takes its radiographs, at /nowhere/films"
    )
    assert state(a) == (plan, [])
    assert plan.answered(state_readings(a)) == 1
    assert merge_projects(a, b).notices == ()


def state_readings(folder):
    with ReviewProject.open(folder) as project:
        return project.readings()


def test_where_the_radiographs_are_nothing_more_is_asked_for(copies, tmp_path):
    a, b = copies
    a_series(b, real_data=str(tmp_path))
    (line,) = merge_projects(a, b).notices
    assert line.endswith("1 of 3 answered")


def test_a_series_that_is_through_comes_along_without_a_word(copies):
    a, b = copies
    a_series(b, answered=3)
    assert merge_projects(a, b).notices == ()
    waiting, finished = state(a)
    assert waiting is None
    assert len(finished) == 3


def test_answers_given_in_the_other_copy_afterwards_finish_the_series_here(copies):
    a, b = copies
    plan = a_series(b)
    merge_projects(a, b)
    a_series(b, answered=3)
    assert merge_projects(a, b).readings == 2
    assert state(a)[0] is None
    assert len(state(a)[1]) == len(plan.items)


def test_a_pair_that_both_copies_made_has_its_name_of_here_in_the_series(copies):
    a, b = copies
    names = []
    for folder in copies:
        with ReviewProject.open(folder) as project:
            names.append(project.add_pair(a_pair(5), an_assessment(seed=5), an_origin(40)))
    here, there = names
    a_series(b, answered=3)
    merge_projects(a, b)
    (plan,) = read_plans(a)
    assert here in [one.item for one in plan.items]
    assert {one.item for one in state_readings(a)} <= {one.item for one in plan.items}
    assert there not in [one.item for one in state_readings(a)]
    with ReviewProject.open(a) as project:
        for one in plan.items:
            assert one.is_real or project.pair(one.item) is not None


@pytest.mark.parametrize("damage", ["cut", "renamed"])
def test_a_damaged_series_is_one_line_and_nothing_is_joined(copies, damage):
    a, b = copies
    a_series(b)
    with ReviewProject.open(b) as project:
        project.decide([project.rows()[0].identifier], "reject", "Ben")
    path = b / "readings" / "s1.json"
    if damage == "cut":
        path.write_text(path.read_text()[:40])
    else:
        path.write_text(path.read_text().replace('"s1"', '"../../elsewhere"'))
    with pytest.raises(ProjectError, match="is not the plan of a blinded reading") as error:
        merge_projects(a, b)
    assert "\n" not in str(error.value)
    assert read_plans(a) == []
    assert state_readings(a) == []
    with ReviewProject.open(a) as project:
        assert project.rows()[0].decision is None
