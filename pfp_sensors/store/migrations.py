"""The steps in which the diary's database grew: numbered, applied once each, never changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: what it is for, and the SQL statements that take the step before to this one."""

    purpose: str
    statements: tuple[str, ...]


MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration(
        "an index of the recordings; their folders are the truth",
        (
            """
            CREATE TABLE recordings (
                run_id          TEXT PRIMARY KEY,
                folder          TEXT NOT NULL UNIQUE,   -- below the home, with forward slashes
                start_utc       TEXT,                   -- ISO 8601 in UTC; NULL is unknown, here and below
                duration_s      REAL,
                synthetic       INTEGER CHECK (synthetic IN (0, 1)),
                sensors         TEXT NOT NULL,          -- JSON list of {"sensor", "side", "rows"}
                sample_rows     INTEGER,                -- of all sensors together
                files           TEXT NOT NULL,          -- JSON object: name -> {"rows", "sha256"}
                state           TEXT NOT NULL CHECK (state IN ('finished', 'unfinished')),
                program_version TEXT,                   -- that wrote the folder
                method_version  TEXT                    -- that analysed it
            )
            """,
            "CREATE INDEX recordings_by_start ON recordings (start_utc)",
        ),
    ),
    Migration(
        "the diary: entries, profiles, and the acts that brought or changed them; nothing is ever removed",
        (
            """
            CREATE TABLE acts (
                act          INTEGER PRIMARY KEY,
                at           TEXT NOT NULL,             -- ISO 8601 with offset, here and below
                what         TEXT NOT NULL CHECK (what IN ('add', 'issue', 'correct', 'profile', 'restore')),
                withdrawn_at TEXT                       -- NULL: it stands
            )
            """,
            """
            CREATE TABLE entries (
                seq          INTEGER PRIMARY KEY,
                id           TEXT NOT NULL CHECK (id <> ''),
                kind         TEXT NOT NULL CHECK (kind IN ('run', 'pain', 'symptom', 'exercise', 'checkin',
                                                           'score', 'cap', 'event', 'override')),
                at           TEXT NOT NULL,             -- when it took place: a moment, or the day alone
                local_date   TEXT NOT NULL,             -- the day of that where the person was
                entered      TEXT,                      -- NULL: when it took place
                document     TEXT NOT NULL,             -- JSON, as in the history file
                sha256       TEXT,                      -- of what a run was read from
                act          INTEGER NOT NULL REFERENCES acts,
                state        TEXT NOT NULL CHECK (state IN ('current', 'corrected', 'withdrawn')),
                counts       INTEGER NOT NULL CHECK (counts IN (0, 1)),  -- whether it is judged by
                replaced_by  INTEGER REFERENCES entries -- the row that corrects this one
            )
            """,
            "CREATE UNIQUE INDEX entries_that_count ON entries (id) WHERE counts = 1",
            "CREATE INDEX entries_by_id ON entries (id)",
            "CREATE INDEX entries_by_act ON entries (act)",
            "CREATE INDEX entries_by_day ON entries (kind, local_date)",
            "CREATE INDEX entries_by_sha256 ON entries (sha256) WHERE sha256 IS NOT NULL",
            """
            CREATE TABLE profiles (
                version  INTEGER PRIMARY KEY,
                document TEXT NOT NULL,
                act      INTEGER NOT NULL REFERENCES acts,
                state    TEXT NOT NULL CHECK (state IN ('current', 'withdrawn'))
            )
            """,
            """
            CREATE TABLE numbers (
                kind TEXT PRIMARY KEY,
                last INTEGER NOT NULL                   -- number of the newest id of that kind
            )
            """,
            """
            CREATE TRIGGER entries_stay BEFORE DELETE ON entries
            BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END
            """,
            """
            CREATE TRIGGER entries_keep_what_was_said
            BEFORE UPDATE OF seq, id, kind, at, local_date, entered, document, sha256, act ON entries
            BEGIN SELECT RAISE(ABORT, 'what was entered is never changed'); END
            """,
            """
            CREATE TRIGGER profiles_stay BEFORE DELETE ON profiles
            BEGIN SELECT RAISE(ABORT, 'profiles are never removed'); END
            """,
            """
            CREATE TRIGGER profiles_keep_what_was_said BEFORE UPDATE OF version, document, act ON profiles
            BEGIN SELECT RAISE(ABORT, 'what was entered is never changed'); END
            """,
        ),
    ),
)
"""In order, numbered from 1; ``PRAGMA user_version`` of a database is the number it has reached."""
