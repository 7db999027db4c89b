"""What was decided, corrected and noted on a pair, in words."""

from collections.abc import Sequence
from datetime import datetime

from engine.review.decisions import Verdict
from engine.review.project import PairRow, TrailEntry
from engine.review.records import ReviewerDecision
from engine.review.reviewer_reasons import reason_words

DONE = {Verdict.ACCEPT: "accepted", Verdict.REJECT: "rejected"}
MARK = {Verdict.ACCEPT: "✓", Verdict.REJECT: "✕", None: "·"}
_TELLING = ("decision", "correction", "undo", "redo", "note", "export")


def seen_by(trail: Sequence[TrailEntry], who: str) -> list[TrailEntry]:
    """The trail without what tells how other reviewers decided, for independent reading."""
    return [entry for entry in trail if entry.who == who or entry.what not in _TELLING]


def trail_lines(trail: Sequence[TrailEntry]) -> list[str]:
    """The trail of a pair, newest first, one line an act."""
    by_uuid = {entry.uuid: entry for entry in trail}
    # A reason joins the act of its decision, and what undoes the act undoes both.
    acts = {(entry.group, entry.what): entry for entry in trail}
    return [
        f"{local_time(entry.when)}  {_told(entry, by_uuid)}"
        for entry in sorted(acts.values(), key=trail.index, reverse=True)
    ]


def own_note(trail: Sequence[TrailEntry], who: str) -> str:
    """The reviewer's note on the pair as it stands."""
    return _notes(trail).get(who, ("", ""))[1]


def others_notes(trail: Sequence[TrailEntry], who: str) -> list[str]:
    """The notes of other reviewers that stand, a line each."""
    return [
        f"{writer}, {local_time(when)}: {text}"
        for writer, (when, text) in _notes(trail).items()
        if writer != who and text
    ]


def decision_text(row: PairRow) -> str:
    """Who says so, in one sentence."""
    gate = f"the gate (policy {row.policy})"
    if row.corrected_verdict is not None:
        gate += f", on the landmarks as {row.corrected_by} corrected them,"
    if row.decision is None:
        said = "reviewers are divided" if row.decisions else "no reviewer has decided yet"
        return f"by {gate.rstrip(',')}; {said}"
    why = f" ({reason_words(row.decided_why)})" if row.decided_why else ""
    found = row.corrected_verdict or row.gate_verdict
    if row.decision is found:
        return f"by {row.decided_by}{why}, as {gate.rstrip(',')}"
    return f"by {row.decided_by}{why}; {gate} {DONE[found]} it"


def reviewers_lines(decisions: Sequence[ReviewerDecision]) -> list[str]:
    """Every reviewer's decision that stands, a line each."""
    return [_reviewer_line(one) for one in decisions]


def _reviewer_line(one: ReviewerDecision) -> str:
    why = f": {reason_words(one.why)}" if one.why else ""
    sight = "" if one.independent else " (having seen others' verdicts)"
    return f"{MARK[one.verdict]} {one.who} {DONE[one.verdict]} it{why}{sight}"


def _notes(trail: Sequence[TrailEntry]) -> dict[str, tuple[str, str]]:
    return {entry.who: (entry.when, entry.why) for entry in trail if entry.what == "note"}


def _told(entry: TrailEntry, by_uuid: dict[str, TrailEntry]) -> str:
    who = entry.who.replace("gate:", "gate, policy ")
    if entry.what in ("undo", "redo"):
        return _taken_back(entry, by_uuid)
    if entry.what == "note":
        return f"✎ {who} noted: {entry.why}" if entry.why else f"✎ {who} removed the note"
    if entry.what == "export":
        return f"→ {who} exported it ({entry.why})"
    if entry.to_verdict is None:
        return f"· {who} took back the {entry.what}"
    mark, said = MARK[entry.to_verdict], DONE[entry.to_verdict]
    why = f": {reason_words(entry.why)}" if entry.why else ""
    return {
        "verdict": f"{mark} {who}: {said}",
        "reassessment": f"{mark} judged again for {who}: {said}",
        "correction": f"✎ {who} corrected landmarks; the gate {said} them",
    }.get(entry.what, f"{mark} {who} {said} it{why}")


def _taken_back(entry: TrailEntry, by_uuid: dict[str, TrailEntry]) -> str:
    concerned = by_uuid.get(entry.concerns or "")
    what = "decision" if concerned is None else concerned.what
    done = {"undo": "↶ {} undid a {}", "redo": "↷ {} redid a {}"}[entry.what]
    said = "" if entry.to_verdict is None or what != "decision" else f": {DONE[entry.to_verdict]}"
    return done.format(entry.who, what) + said


def local_time(when: str) -> str:
    """A UTC time in ISO 8601 as local time to the minute."""
    return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M")
