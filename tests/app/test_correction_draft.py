"""A draft of moved landmarks: every step can be taken back, nothing leaves the canvas."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.correction_draft import Draft

COUNT = 5
GATE = np.array([[10.0, 20.0], [30.0, 40.0], [50.0, 60.0], [np.nan, np.nan], [70.0, 80.0]])
INDEX = st.integers(0, COUNT - 1)
PLACE = st.tuples(st.floats(-500, 800), st.floats(-500, 800)).map(np.array)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), INDEX, PLACE, st.booleans()),
        st.tuples(st.just("take_away"), INDEX),
        st.tuples(st.just("put_back"), INDEX),
    ),
    max_size=12,
)


def after(steps, draft=None):
    draft = Draft.of(GATE, GATE) if draft is None else draft
    for name, *arguments in steps:
        draft = getattr(draft, name)(*arguments)
    return draft


@given(STEPS)
def test_taking_every_step_back_leads_to_where_it_began(steps):
    draft = after(steps)
    while draft.earlier:
        draft = draft.step_back()
    assert not draft.changed
    assert draft.as_the_gate


@given(STEPS)
def test_landmarks_stay_on_the_canvas_and_the_gates_stay_what_they_were(steps):
    gate = GATE.copy()
    draft = after(steps)
    placed = draft.landmarks[np.isfinite(draft.landmarks).all(axis=1)]
    assert ((placed >= -0.5) & (placed <= 255.5)).all()
    assert np.array_equal(draft.gate, gate, equal_nan=True)


@given(STEPS)
def test_putting_every_landmark_back_leaves_the_gates_word(steps):
    assert after([*steps, *(("put_back", index) for index in range(COUNT))]).as_the_gate


@given(INDEX, st.lists(PLACE, min_size=1, max_size=8))
def test_a_drag_is_one_step_however_many_places_it_went_through(index, places):
    draft = after([("put", index, place, turn > 0) for turn, place in enumerate(places)])
    assert len(draft.earlier) == 1
    assert draft.step_back().as_the_gate


def test_a_landmark_without_a_place_can_be_given_one_and_one_can_be_taken_away():
    draft = after([("put", 3, np.array([5.0, 6.0])), ("take_away", 0)])
    assert draft.landmarks[3].tolist() == [5.0, 6.0]
    assert np.isnan(draft.landmarks[0]).all()
    assert draft.changed


def test_a_step_back_too_many_changes_nothing():
    draft = Draft.of(GATE, GATE)
    assert draft.step_back() is draft
