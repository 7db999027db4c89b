"""Several reviewers on one project: chains of their own, independence, whose decision counts."""

from hypothesis import given
from hypothesis import strategies as st

from engine.review.counting import what_counts
from engine.review.project import ReviewProject, Verdict
from engine.review.records import Counting, CountingRule, ReviewerDecision
from tests.engine.review.samples import add_pairs

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT
MAJORITY = Counting(CountingRule.MAJORITY)


def test_every_reviewers_decision_stands_beside_the_others_oldest_first(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada", "six fingers")
    project.decide([identifier], ACCEPT, "Ben")
    row = project.row(identifier)
    assert [(one.who, one.verdict, one.why) for one in row.decisions] == [
        ("Ada", REJECT, "six fingers"),
        ("Ben", ACCEPT, ""),
    ]
    assert row.decision_of("Ada").verdict is REJECT
    assert row.decision_of("Cyd") is None
    assert project.reviewers() == ("Ada", "Ben")


def test_clearing_takes_back_only_ones_own_decision(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    before = project.trail()
    project.decide([identifier], None, "Ben")
    assert project.trail() == before
    project.decide([identifier], ACCEPT, "Ben")
    project.decide([identifier], None, "Ben")
    assert project.row(identifier).decided_by == "Ada"
    assert project.reviewers() == ("Ada",)


def test_the_trail_tells_each_reviewers_own_way(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    project.decide([identifier], ACCEPT, "Ben")
    project.decide([identifier], ACCEPT, "Ada")
    project.undo("Ada")
    entries = project.trail(identifier)[1:]
    assert [(e.who, e.what, e.from_verdict, e.to_verdict) for e in entries] == [
        ("Ada", "decision", None, REJECT),
        ("Ben", "decision", None, ACCEPT),
        ("Ada", "decision", REJECT, ACCEPT),
        ("Ada", "undo", ACCEPT, REJECT),
    ]
    assert entries[-1].concerns == entries[-2].uuid


def test_a_decision_is_independent_where_nobody_else_has_decided_or_others_are_hidden(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    project.decide([identifier], ACCEPT, "Ben")
    project.decide([identifier], ACCEPT, "Cyd", others_hidden=True)
    independent = {one.who: one.independent for one in project.row(identifier).decisions}
    assert independent == {"Ada": True, "Ben": False, "Cyd": True}
    recorded = [entry.independent for entry in project.trail(identifier)]
    assert recorded == [None, True, False, True]


def test_a_reviewer_who_reads_alone_sees_nothing_of_the_others(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], ACCEPT, "Ben", "fine")
    project.decide([identifier], REJECT, "Ada")
    project.write_note(identifier, "thumb is short, I reject", "Ada")
    row = project.row(identifier)
    seen = row.as_seen_by("Ben")
    assert (seen.decision, seen.decided_by, seen.decided_why) == (ACCEPT, "Ben", "fine")
    assert [one.who for one in seen.decisions] == ["Ben"]
    assert (seen.note, seen.note_by) == ("", None)
    assert row.as_seen_by("Ada").note == row.note
    nothing = row.as_seen_by("Cyd")
    assert (nothing.decision, nothing.decided_at, nothing.decisions) == (None, None, ())
    assert nothing.counts_as is ACCEPT


def test_the_newest_decision_counts_unless_another_rule_is_chosen(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    project.decide([identifier], ACCEPT, "Ben")
    assert project.counting() == Counting()
    assert project.row(identifier).decided_by == "Ben"
    project.set_counting(Counting(CountingRule.ADJUDICATOR, "Ada"), "Ben")
    row = project.row(identifier)
    assert (row.decision, row.decided_by, row.counts_as) == (REJECT, "Ada", REJECT)
    assert project.counts().rejected == 1


def test_a_redone_decision_is_as_old_as_it_was(project):
    (identifier,) = add_pairs(project, [True])
    project.decide([identifier], REJECT, "Ada")
    project.decide([identifier], ACCEPT, "Ben")
    project.undo("Ada")
    project.redo("Ada")
    assert project.row(identifier).decided_by == "Ben"


def test_a_majority_decides_and_a_tie_leaves_the_gates_verdict(project):
    first, second = add_pairs(project, [False, True])
    project.set_counting(MAJORITY, "Ada")
    project.decide([first, second], ACCEPT, "Ada")
    assert project.row(first).decided_by == "Ada"
    project.decide([first, second], REJECT, "Ben")
    assert project.row(first).decision is None
    assert project.row(first).counts_as is REJECT
    assert project.row(second).counts_as is ACCEPT
    assert project.counts().decided == 0
    project.decide([first], ACCEPT, "Cyd", "mature enough")
    row = project.row(first)
    assert (row.decision, row.decided_by, row.decided_why) == (
        ACCEPT,
        "majority of 3",
        "mature enough",
    )
    assert project.counts().overridden == 1


def test_the_rule_is_kept_and_the_log_says_who_chose_it(tmp_path):
    with ReviewProject.create(tmp_path / "demo") as project:
        project.set_counting(MAJORITY, "Ada")
        project.set_counting(MAJORITY, "Ben")
    with ReviewProject.open(tmp_path / "demo") as project:
        assert project.counting() == MAJORITY
        assert [(entry.who, entry.what) for entry in project.log()] == [("Ada", "counting")]


verdicts = st.sampled_from([ACCEPT, REJECT])


def _said(names_and_verdicts):
    return [
        ReviewerDecision(who, verdict, f"2026-01-01T00:00:{second:02}+00:00", "", True)
        for second, (who, verdict) in enumerate(names_and_verdicts.items())
    ]


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), verdicts, max_size=7))
def test_a_majority_is_more_than_half_and_a_rule_never_invents_a_verdict(said):
    decisions = _said(said)
    accepting = sum(one.verdict is ACCEPT for one in decisions)
    counted = what_counts(decisions, MAJORITY)
    if 2 * accepting == len(decisions):
        assert counted is None
    else:
        assert counted.verdict is (ACCEPT if 2 * accepting > len(decisions) else REJECT)
    newest = what_counts(decisions, Counting())
    assert newest == (decisions[-1] if decisions else None)
    for who in said:
        chosen = what_counts(decisions, Counting(CountingRule.ADJUDICATOR, who))
        assert (chosen.who, chosen.verdict) == (who, said[who])
    assert what_counts(decisions, Counting(CountingRule.ADJUDICATOR, "nobody")) == newest
