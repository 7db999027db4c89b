"""The review project: a folder with ``review.sqlite`` and the pairs as 16-bit PNGs.

Several `ReviewProject`s of one folder may be open at once (the window's, the engine thread's,
another process'), and each may be used from several threads.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

from engine.assess.assessment import Assessment
from engine.errors import ProjectError
from engine.pair import Pair
from engine.review import (
    acts,
    counting,
    decisions,
    notes,
    pairs,
    planes,
    prior_file,
    project_log,
    readings,
    standing,
    trail,
)
from engine.review.database import told_in_one_line
from engine.review.judged import JudgedProject
from engine.review.project_log import LogEntry
from engine.review.readings import Reading
from engine.review.records import Counting, Counts, Origin, PairRow
from engine.review.trail import Step, TrailEntry, Verdict

__all__ = ["Counts", "Origin", "PairRow", "ReviewProject", "TrailEntry", "Verdict"]


class ReviewProject(JudgedProject):
    """Pairs, what the gate and the reviewers say about them, and the audit trail, on disk.

    folder: where it lies; anatomy: its landmark set; notices: lines the user should read.
    Every method raises `ProjectError` when the disk or the database fails.
    """

    def add_pair(self, pair: Pair, assessment: Assessment, origin: Origin) -> str:
        """Store a pair with the gate's verdict on it.

        The PNGs are in place before the row, all under the write lock: a PNG without a row is
        therefore the leaving of a process that died. A pair of the same origin is stored once.

        Returns:
            Its identifier, ``synthetic-`` (``real-`` for a real radiograph) and 12 hexadecimal
            digits; of a pair that was there already, that one's.

        Raises:
            ProjectError: the assessment is of another landmark set.
        """
        self._check_landmarks(assessment)
        with self._reading() as connection:
            known = pairs.identifier_of(connection, origin)
            identifier = pairs.new_identifier(connection, origin)
        if known is not None:
            return known
        encoded = planes.encode_pair(pair)
        try:
            with self._writing() as connection:
                known = pairs.identifier_of(connection, origin)
                if known is not None:
                    return known
                planes.write_pair(self._planes, identifier, encoded)
                pairs.insert(connection, identifier, assessment, origin)
        except BaseException:
            self._remove_unless_stored(identifier)
            raise
        return identifier

    def _remove_unless_stored(self, identifier: str) -> None:
        """Clear away the planes of a pair that got no row; in doubt the next opening will."""
        with suppress(ProjectError), self._reading() as connection:
            if not pairs.is_stored(connection, identifier):
                planes.remove_pair(self._planes, identifier)

    def sampled_indices(self, weights_hash: str, seed: int, settings: dict) -> set[int]:
        """Which samples of (weights, seed, settings) the project holds, so as to go on from."""
        with self._reading() as connection:
            return pairs.sampled_indices(connection, weights_hash, seed, settings)

    def rows(self) -> list[PairRow]:
        """All pairs in the order in which they were added."""
        return self.rows_since(0)

    def rows_since(self, ordinal: int) -> list[PairRow]:
        """The pairs added after the one with that ordinal, in order."""
        with self._reading() as connection:
            return pairs.rows_since(connection, ordinal)

    def row(self, identifier: str) -> PairRow:
        """One pair as a list shows it.

        Raises:
            ProjectError: no such pair.
        """
        return pairs.as_pair_row(self._one("standing", identifier))

    def pair(self, identifier: str) -> Pair:
        """Image and heatmap, within 1/65535 of what was added. Needs no database, so any thread
        may ask while another writes.

        Raises:
            ProjectError: no such pair, or its PNGs are damaged.
        """
        return planes.read_pair(self._planes, identifier)

    def origin(self, identifier: str) -> Origin:
        """All it takes to make the pair again.

        Raises:
            ProjectError: no such pair.
        """
        return pairs.as_origin(self._one("pair", identifier))

    def decide(
        self,
        identifiers: Iterable[str],
        verdict: Verdict | None,
        actor: str,
        why: str = "",
        others_hidden: bool = False,
    ) -> str:
        """Decide on pairs in one act; None takes one's own decisions back. Undone as one act, too.

        Args:
            others_hidden: the reviewer does not see what others decide, so the decision counts as
                independent of theirs.

        Returns:
            The group that the act's rows in the trail share.

        Raises:
            ProjectError: no such pair; then none is decided on.
        """
        with self._writing() as connection:
            return decisions.decide(connection, identifiers, verdict, actor, why, others_hidden)

    def give_reason(self, identifiers: Iterable[str], why: str, actor: str) -> None:
        """Say why one's own decisions on these pairs were taken; undone together with them."""
        with self._writing() as connection:
            decisions.give_reason(connection, identifiers, why, actor)

    def undo(self, actor: str) -> tuple[str, ...]:
        """Take back the reviewer's newest decision or correction in force; the pairs concerned."""
        with self._writing() as connection:
            return acts.undo(connection, actor)

    def redo(self, actor: str) -> tuple[str, ...]:
        """Do again what the reviewer took back last; the pairs concerned."""
        with self._writing() as connection:
            return acts.redo(connection, actor)

    def can_undo(self, actor: str) -> bool:
        """Whether `undo` would find something."""
        with self._reading() as connection:
            return acts.can_undo(connection, actor)

    def can_redo(self, actor: str) -> bool:
        """Whether `redo` would find something."""
        with self._reading() as connection:
            return acts.can_redo(connection, actor)

    def reviewers(self) -> tuple[str, ...]:
        """Everyone with a decision that stands, by name."""
        with self._reading() as connection:
            return standing.reviewers(connection)

    def counting(self) -> Counting:
        """Whose decision counts where several reviewers decided."""
        with self._reading() as connection:
            return counting.read_counting(connection)

    def set_counting(self, chosen: Counting, actor: str) -> None:
        """Choose whose decision counts; the project's log says who did."""
        with self._writing() as connection:
            if chosen != counting.read_counting(connection):
                counting.write_counting(connection, chosen, actor)
                standing.refresh_decided(connection)

    def write_note(self, identifier: str, text: str, actor: str) -> None:
        """Keep a note on a pair; an empty one clears it, and older ones stay in the trail.

        Raises:
            ProjectError: no such pair.
        """
        with self._writing() as connection:
            self._one("pair", identifier)
            notes.write_note(connection, identifier, text, actor)

    def notes(self, identifier: str) -> list[tuple[str, str, str]]:
        """Every note on a pair as (who, at, text), oldest first."""
        with self._reading() as connection:
            return notes.read_notes(connection, identifier)

    def record_reading(self, reading: Reading) -> None:
        """Keep one answer of a blinded reading."""
        with self._writing() as connection:
            readings.write_reading(connection, reading)

    def readings(self, session: str | None = None) -> list[Reading]:
        """The answers of one session of blinded reading, or of all, oldest first."""
        with self._reading() as connection:
            return readings.read_readings(connection, session)

    def trail(self, identifier: str | None = None) -> list[TrailEntry]:
        """The audit trail of one pair, or of all, oldest first."""
        with self._reading() as connection:
            return trail.read_trail(connection, identifier)

    def log(self) -> list[LogEntry]:
        """What concerns the project as a whole (rules of counting, merges), oldest first."""
        with self._reading() as connection:
            return project_log.read_log(connection)

    def counts(self) -> Counts:
        """How many pairs there are, and what they count as."""
        with self._reading() as connection:
            return pairs.counts(connection)

    def undecided(self) -> int:
        """How many pairs wait for a first decision of any reviewer."""
        with self._reading() as connection:
            return pairs.undecided(connection)

    def store_prior(self, prior_arrays: dict[str, np.ndarray]) -> None:
        """Keep the prior that the gate uses beside the pairs, in place of an older one.

        Raises:
            ValueError: an array of Python objects.
        """
        with self._writing():
            prior_file.write_prior(self.folder, prior_arrays)

    def prior_arrays(self) -> dict[str, np.ndarray] | None:
        """What `store_prior` kept; None when there is none."""
        with told_in_one_line(self.folder):
            return prior_file.read_prior(self.folder)

    def store_held_out(self, weights_hash: str, distances: list[float]) -> None:
        """Keep how near held-out real radiographs come to the training radiographs of weights, for
        the copy check's test in an export."""
        with self._writing() as connection:
            pairs.write_held_out(connection, weights_hash, distances)

    def held_out(self, weights_hash: str) -> list[float]:
        """What `store_held_out` kept for those weights; nothing where copies were not checked."""
        with self._reading() as connection:
            return pairs.read_held_out(connection, weights_hash)

    def record_export(
        self, actor: str, identifiers: Iterable[str], destination: str | Path, format: str
    ) -> None:
        """Say in the trail which pairs went out, where to and as what."""
        why = f"{format} to {destination}"
        with self._writing() as connection:
            steps = (Step("export", identifier, why=why) for identifier in identifiers)
            trail.append(connection, actor, steps)
