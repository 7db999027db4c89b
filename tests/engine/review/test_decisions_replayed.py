"""Random sessions of decisions: what stands is a replay of the trail, undo is a stack."""

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.review.database import connect, transaction
from engine.review.project import PairRow, ReviewProject, TrailEntry, Verdict
from engine.review.standing import refresh_all
from tests.engine.review.samples import a_pair, add_pairs, an_assessment, an_origin

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT
REVIEWERS = st.sampled_from(["Ada", "Ben"])
PAIRS = st.sampled_from([0, 1, 2])


def replay(trail: list[TrailEntry]) -> dict[str, dict[tuple[str, str], list[TrailEntry]]]:
    """By pair and by (decision or correction, who), the rows in force, oldest first.

    Written for one file whose rows came in order, so that undo and redo are a stack's.
    """
    by_uuid = {entry.uuid: entry for entry in trail}
    in_force: dict[str, dict[tuple[str, str], list[TrailEntry]]] = {}
    for entry in trail:
        chains = in_force.setdefault(entry.identifier, {})
        if entry.what in ("decision", "correction"):
            chains.setdefault((entry.what, entry.who), []).append(entry)
        elif entry.what in ("undo", "redo"):
            concerned = by_uuid[entry.concerns]
            chain = chains[concerned.what, entry.who]
            if entry.what == "redo":
                chain.append(concerned)
            else:
                assert chain.pop() is concerned
    return in_force


def as_listed(row: PairRow) -> tuple:
    """What the list says of reviewers' decisions and corrections on a pair."""
    decisions = {one.who: one.verdict for one in row.decisions}
    return decisions, row.decision, row.decided_by, row.corrected_verdict, row.corrected_by


def as_replayed(chains: dict[tuple[str, str], list[TrailEntry]], order: list[str]) -> tuple:
    """The same from a replay."""
    newest = {key: chain[-1] for key, chain in chains.items() if chain}
    said = sorted(newest.values(), key=lambda entry: order.index(entry.uuid))
    said = [entry for entry in said if entry.to_verdict is not None]
    decided = [entry for entry in said if entry.what == "decision"]
    corrected = [entry for entry in said if entry.what == "correction"]
    return (
        {entry.who: entry.to_verdict for entry in decided},
        decided[-1].to_verdict if decided else None,
        decided[-1].who if decided else None,
        corrected[-1].to_verdict if corrected else None,
        corrected[-1].who if corrected else None,
    )


class Reviewing(RuleBasedStateMachine):
    """Two reviewers decide, correct, undo and redo at random, each on a connection of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        folder = Path(self.place.name) / "demo"
        self.projects = {"Ada": ReviewProject.create(folder), "Ben": ReviewProject.open(folder)}

    @initialize(verdicts=st.lists(st.booleans(), min_size=3, max_size=3))
    def add(self, verdicts: list[bool]) -> None:
        self.identifiers = add_pairs(self.projects["Ada"], verdicts)

    @rule(
        actor=REVIEWERS,
        chosen=st.sets(PAIRS, min_size=1),
        verdict=st.sampled_from([ACCEPT, REJECT, None]),
    )
    def decide(self, actor: str, chosen: set[int], verdict: Verdict | None) -> None:
        identifiers = [self.identifiers[index] for index in chosen]
        self.projects[actor].decide(identifiers, verdict, actor)
        for identifier in identifiers:
            own = self.projects[actor].row(identifier).decision_of(actor)
            assert (own.verdict if own else None) is verdict

    @rule(actor=REVIEWERS, chosen=PAIRS, accepted=st.booleans())
    def correct(self, actor: str, chosen: int, accepted: bool) -> None:
        assessment = an_assessment(accepted, seed=chosen)
        identifier = self.identifiers[chosen]
        self.projects[actor].correct(identifier, assessment.landmarks, assessment, actor)
        assert self.projects[actor].row(identifier).corrected_by == actor

    @rule(actor=REVIEWERS, chosen=PAIRS)
    def uncorrect(self, actor: str, chosen: int) -> None:
        self.projects[actor].uncorrect(self.identifiers[chosen], actor)
        assert self.projects[actor].row(self.identifiers[chosen]).corrected_by != actor

    @rule(actor=REVIEWERS)
    def undo_and_redo_meet_again(self, actor: str) -> None:
        project, before = self.projects[actor], self.projects["Ada"].rows()
        could = project.can_undo(actor)
        changed = project.undo(actor)
        assert bool(changed) is could
        if changed:
            assert project.can_redo(actor)
            assert project.redo(actor) == changed
            assert self.projects["Ada"].rows() == before

    @rule(actor=REVIEWERS)
    def undo(self, actor: str) -> None:
        others_before = self._said_by_others(actor)
        self.projects[actor].undo(actor)
        assert self._said_by_others(actor) == others_before

    @rule(actor=REVIEWERS)
    def redo(self, actor: str) -> None:
        others_before = self._said_by_others(actor)
        could = self.projects[actor].can_redo(actor)
        assert bool(self.projects[actor].redo(actor)) is could
        assert self._said_by_others(actor) == others_before

    def _said_by_others(self, actor: str) -> list[list]:
        rows = self.projects[actor].rows()
        return [[one for one in row.decisions if one.who != actor] for row in rows]

    @invariant()
    def what_stands_is_a_replay_of_the_trail(self) -> None:
        trail = self.projects["Ben"].trail()
        order = [entry.uuid for entry in trail]
        replayed = {
            identifier: as_replayed(chains, order) for identifier, chains in replay(trail).items()
        }
        rows = self.projects["Ada"].rows()
        assert {row.identifier: as_listed(row) for row in rows} == replayed
        counts = self.projects["Ada"].counts()
        assert counts.total == len(rows)
        assert counts.accepted == sum(row.counts_as is ACCEPT for row in rows)
        assert counts.decided == sum(row.decision is not None for row in rows)
        overriding = [row for row in rows if row.decision not in (None, row.gate_verdict)]
        assert counts.overridden == len(overriding)

    @invariant()
    def the_list_made_again_from_the_trail_is_the_list(self) -> None:
        project = self.projects["Ada"]
        before = project.rows()
        with closing(connect(project.folder)) as connection, transaction(connection):
            refresh_all(connection)
        assert project.rows() == before

    @invariant()
    def the_trail_only_grows(self) -> None:
        trail = self.projects["Ada"].trail()
        known = getattr(self, "known_trail", [])
        assert trail[: len(known)] == known
        self.known_trail = trail

    def teardown(self) -> None:
        for project in self.projects.values():
            project.close()
        self.place.cleanup()


TestReviewing = Reviewing.TestCase
TestReviewing.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)


class OneReviewer(RuleBasedStateMachine):
    """One reviewer's undo and redo against the textbook's two stacks."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.project = ReviewProject.create(Path(self.place.name) / "demo")
        self.identifier = self.project.add_pair(a_pair(), an_assessment(), an_origin())
        self.done: list[Verdict | None] = [None]
        self.undone: list[Verdict | None] = []

    @rule(verdict=st.sampled_from([ACCEPT, REJECT, None]))
    def decide(self, verdict: Verdict | None) -> None:
        self.project.decide([self.identifier], verdict, "Ada")
        if verdict != self.done[-1]:
            self.done.append(verdict)
            self.undone.clear()

    @rule()
    def undo(self) -> None:
        self.project.undo("Ada")
        if len(self.done) > 1:
            self.undone.append(self.done.pop())

    @rule()
    def redo(self) -> None:
        self.project.redo("Ada")
        if self.undone:
            self.done.append(self.undone.pop())

    @rule()
    def restart(self) -> None:
        self.project.close()
        self.project = ReviewProject.open(self.project.folder)

    @invariant()
    def both_agree(self) -> None:
        assert self.project.row(self.identifier).decision == self.done[-1]
        assert self.project.can_undo("Ada") is (len(self.done) > 1)
        assert self.project.can_redo("Ada") is bool(self.undone)

    def teardown(self) -> None:
        self.project.close()
        self.place.cleanup()


TestOneReviewer = OneReviewer.TestCase
TestOneReviewer.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
