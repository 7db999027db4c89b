"""Random sessions of decisions: what counts is a replay of the trail, undo is a stack."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.review.project import ReviewProject, Verdict
from tests.engine.review.samples import a_pair, add_pairs, an_assessment, an_origin

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT


class Reviewing(RuleBasedStateMachine):
    """Two reviewers decide, undo and redo at random, each on a connection of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        folder = Path(self.place.name) / "demo"
        self.projects = {"Ada": ReviewProject.create(folder), "Ben": ReviewProject.open(folder)}

    @initialize(verdicts=st.lists(st.booleans(), min_size=3, max_size=3))
    def add(self, verdicts: list[bool]) -> None:
        self.identifiers = add_pairs(self.projects["Ada"], verdicts)

    @rule(
        actor=st.sampled_from(["Ada", "Ben"]),
        chosen=st.sets(st.sampled_from([0, 1, 2]), min_size=1),
        verdict=st.sampled_from([ACCEPT, REJECT, None]),
    )
    def decide(self, actor: str, chosen: set[int], verdict: Verdict | None) -> None:
        identifiers = [self.identifiers[index] for index in chosen]
        self.projects[actor].decide(identifiers, verdict, actor)
        assert {self.projects[actor].row(i).decision for i in identifiers} == {verdict}

    @rule(actor=st.sampled_from(["Ada", "Ben"]))
    def undo_and_redo_meet_again(self, actor: str) -> None:
        project, before = self.projects[actor], self._standing()
        could = project.can_undo(actor)
        changed = project.undo(actor)
        assert bool(changed) is could
        if changed:
            assert project.can_redo(actor)
            assert project.redo(actor) == changed
            assert self._standing() == before

    @rule(actor=st.sampled_from(["Ada", "Ben"]))
    def undo(self, actor: str) -> None:
        self.projects[actor].undo(actor)

    @rule(actor=st.sampled_from(["Ada", "Ben"]))
    def redo(self, actor: str) -> None:
        could = self.projects[actor].can_redo(actor)
        assert bool(self.projects[actor].redo(actor)) is could

    @invariant()
    def what_counts_is_a_replay_of_the_trail(self) -> None:
        replayed: dict[str, tuple[Verdict | None, Verdict | None]] = {}
        trail = self.projects["Ben"].trail()
        for entry in trail:
            if entry.what == "verdict":
                replayed[entry.identifier] = (entry.to_verdict, None)
            else:
                gate, decision = replayed[entry.identifier]
                assert entry.from_verdict == decision
                replayed[entry.identifier] = (gate, entry.to_verdict)
        rows = self.projects["Ada"].rows()
        assert {row.identifier: (row.gate_verdict, row.decision) for row in rows} == replayed
        accepted = sum((decision or gate) is ACCEPT for gate, decision in replayed.values())
        assert self.projects["Ada"].counts().accepted == accepted

    @invariant()
    def the_trail_only_grows(self) -> None:
        trail = self.projects["Ada"].trail()
        known = getattr(self, "known_trail", [])
        assert trail[: len(known)] == known
        self.known_trail = trail

    def _standing(self) -> list[tuple[Verdict | None, str | None]]:
        return [(row.decision, row.decided_by) for row in self.projects["Ada"].rows()]

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
