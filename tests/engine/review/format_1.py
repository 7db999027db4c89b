"""A project as the first Ossa wrote it: its schema word for word, and just enough to fill it."""

import json
import sqlite3
from pathlib import Path
from uuid import uuid4

from engine.assess.assessment import Assessment
from engine.pair import Pair
from engine.review.planes import encode_pair, write_pair
from engine.review.records import Origin, settings_text

SCHEMA = """
CREATE TABLE project (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE pair (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    identifier TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    weights_hash TEXT NOT NULL,
    seed TEXT NOT NULL,
    sample INTEGER NOT NULL,
    settings TEXT NOT NULL,
    policy TEXT NOT NULL,
    accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    reason_codes TEXT NOT NULL,
    assessment TEXT NOT NULL,
    UNIQUE (weights_hash, seed, settings, sample)
) STRICT;
CREATE TABLE trail (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('verdict', 'decision', 'undo', 'redo', 'export')),
    identifier TEXT NOT NULL REFERENCES pair (identifier),
    from_verdict TEXT CHECK (from_verdict IN ('accept', 'reject')),
    to_verdict TEXT CHECK (to_verdict IN ('accept', 'reject')),
    why TEXT NOT NULL,
    group_uuid TEXT NOT NULL,
    decision_group TEXT,
    in_force TEXT REFERENCES trail (uuid),
    replaces TEXT REFERENCES trail (uuid)
) STRICT;
CREATE INDEX trail_of_pair ON trail (identifier, position);
CREATE INDEX trail_of_group ON trail (decision_group, position);
CREATE INDEX trail_of_actor ON trail (who, what, position);
CREATE VIEW standing AS
SELECT pair.*, decision.uuid AS in_force, decision.to_verdict AS decision,
       decision.who AS decided_by, decision.at AS decided_at, decision.why AS decided_why
FROM pair LEFT JOIN trail AS decision ON decision.uuid = (
    SELECT latest.in_force FROM trail AS latest
    WHERE latest.identifier = pair.identifier AND latest.what IN ('decision', 'undo', 'redo')
    ORDER BY latest.position DESC LIMIT 1
);
CREATE TRIGGER trail_is_not_changed BEFORE UPDATE ON trail
BEGIN SELECT RAISE(ABORT, 'trail is append-only'); END;
CREATE TRIGGER trail_is_not_removed BEFORE DELETE ON trail
BEGIN SELECT RAISE(ABORT, 'trail is append-only'); END;
CREATE TRIGGER trail_is_not_replaced BEFORE INSERT ON trail
WHEN EXISTS (SELECT 1 FROM trail WHERE uuid = NEW.uuid OR position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'trail is append-only'); END;
CREATE TRIGGER pair_is_not_changed BEFORE UPDATE ON pair
BEGIN SELECT RAISE(ABORT, 'pair is append-only'); END;
CREATE TRIGGER pair_is_not_removed BEFORE DELETE ON pair
BEGIN SELECT RAISE(ABORT, 'pair is append-only'); END;
CREATE TRIGGER pair_is_not_replaced BEFORE INSERT ON pair
WHEN EXISTS (SELECT 1 FROM pair WHERE identifier = NEW.identifier OR ordinal = NEW.ordinal)
BEGIN SELECT RAISE(ABORT, 'pair is append-only'); END;
PRAGMA application_id = 0x4F535341;
PRAGMA user_version = 1;
PRAGMA journal_mode = wal;
"""
_AT = "2025-06-07T08:09:10.111+00:00"


class FirstOssa:
    """Writes a project of format 1; every row at the same millisecond, as a fast disk allows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "pairs").mkdir(parents=True)
        self.connection = sqlite3.connect(folder / "review.sqlite", isolation_level=None)
        self.connection.executescript(SCHEMA)
        facts = {"uuid": str(uuid4()), "created": _AT, "anatomy": "hand"}
        facts["held-out:f00d"] = "[0.5, 0.75]"
        self.connection.executemany("INSERT INTO project VALUES (?, ?)", facts.items())

    def add_pair(self, pair: Pair, assessment: Assessment, origin: Origin) -> str:
        """Store a pair with the gate's verdict; its identifier."""
        identifier = f"synthetic-{uuid4().hex[:12]}"
        write_pair(self.folder / "pairs", identifier, encode_pair(pair))
        text = json.loads(assessment.to_json())
        del text["limits"]  # the first Ossa kept none
        self._insert(
            "pair",
            identifier=identifier,
            created=_AT,
            weights_hash=origin.weights_hash,
            seed=str(origin.seed),
            sample=origin.index,
            settings=settings_text(origin.settings),
            policy=assessment.policy,
            accepted=int(assessment.accepted),
            reason_codes=json.dumps([reason.code for reason in assessment.reasons]),
            assessment=json.dumps(text),
        )
        verdict = "accept" if assessment.accepted else "reject"
        self._row("verdict", f"gate:{assessment.policy}", identifier, str(uuid4()), to=verdict)
        return identifier

    def decide(self, identifiers: list[str], verdict: str | None, who: str, why: str = "") -> str:
        """One decision per pair, in one act; its group."""
        group = str(uuid4())
        for identifier in identifiers:
            before, stood = self.stands(identifier)
            uuid = str(uuid4())
            self._row(
                "decision",
                who,
                identifier,
                group,
                uuid=uuid,
                before=stood,
                to=verdict,
                why=why,
                act=group,
                in_force=uuid,
                replaces=before,
            )
        return group

    def undo(self, act: str, who: str) -> None:
        """Take back what of an act still stood: there was one chain of decisions for all."""
        group = str(uuid4())
        done = self.connection.execute(
            "SELECT uuid, identifier, replaces, to_verdict FROM trail"
            " WHERE decision_group = ? AND what = 'decision'",
            (act,),
        ).fetchall()
        for uuid, identifier, replaces, verdict in done:
            if self.stands(identifier)[0] == uuid:
                earlier = self._verdict(replaces)
                self._row(
                    "undo",
                    who,
                    identifier,
                    group,
                    before=verdict,
                    to=earlier,
                    act=act,
                    in_force=replaces,
                )

    def export(self, identifiers: list[str], who: str) -> None:
        """Say that pairs went out."""
        group = str(uuid4())
        for identifier in identifiers:
            self._row("export", who, identifier, group, why="nfdp to /somewhere")

    def stands(self, identifier: str) -> tuple[str | None, str | None]:
        """The decision in force, and its verdict."""
        return self.connection.execute(
            "SELECT in_force, decision FROM standing WHERE identifier = ?", (identifier,)
        ).fetchone()

    def close(self) -> None:
        self.connection.close()

    def _verdict(self, uuid: str | None) -> str | None:
        found = self.connection.execute("SELECT to_verdict FROM trail WHERE uuid = ?", (uuid,))
        row = found.fetchone()
        return None if row is None else row[0]

    def _row(
        self,
        what: str,
        who: str,
        identifier: str,
        group: str,
        *,
        uuid: str | None = None,
        before: str | None = None,
        to: str | None = None,
        why: str = "",
        act: str | None = None,
        in_force: str | None = None,
        replaces: str | None = None,
    ) -> None:
        self._insert(
            "trail",
            uuid=uuid or str(uuid4()),
            at=_AT,
            who=who,
            what=what,
            identifier=identifier,
            from_verdict=before,
            to_verdict=to,
            why=why,
            group_uuid=group,
            decision_group=act,
            in_force=in_force,
            replaces=replaces,
        )

    def _insert(self, table: str, **values: object) -> None:
        marks = ", ".join("?" for _ in values)
        self.connection.execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
        )
