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
)
"""In order, numbered from 1; ``PRAGMA user_version`` of a database is the number it has reached."""
