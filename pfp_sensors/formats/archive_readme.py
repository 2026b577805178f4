"""What stands in the README of an archive of everything: each file, and each column of each table."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from pfp_sensors.formats.runs_table import COLUMNS as RUN_COLUMNS
from pfp_sensors.formats.wellness import COLUMNS as DAY_COLUMNS
from pfp_sensors.model.watch import CHANNELS, DEVELOPER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_WIDTH: Final = 100

STRIDE_WORDS: Final = {
    "run": "id of the run, as in runs.csv",
    "side": "leg that carried the sensor; empty where nobody said",
    "sensor": "name of the sensor where the recording has one",
    "bout_index": "number of the stretch of running or walking, from 0",
    "bout_kind": "running or walking",
    "valid": "false for strides that enter no statistic",
    "initial_contact_s": "foot strike, seconds from the start of the recording",
    "terminal_contact_s": "toe off, seconds from the start of the recording",
    "stride_time_s": "seconds from one foot strike to the next of the same foot",
    "cadence_spm": "steps of both feet per minute",
    "contact_time_s": "ground contact, seconds",
    "stride_length_m": "metres",
    "speed_mps": "metres per second",
    "resultant_g": "peak of the landing impact, all axes together, in g",
    "axial_g": "peak of the landing impact along the shin, in g",
    "time_to_peak_s": "seconds from foot strike to that peak",
    "clipped": "true where the sensor was at its limit, so that the peak was higher",
    "confidence": "0-1, how sure the detection of the stride is",
    "synthetic": "true where the samples were computed, not measured",
}
"""Columns of the strides of a diary."""

_RULES: Final = """\
What holds for every table: CSV in UTF-8 with commas and point decimals; the first row names the
columns, with the unit in the name; an empty cell is unknown, never zero; times are ISO 8601 with
their offset from UTC, a bare day where only that is known. A text that a spreadsheet would take for a
formula has an apostrophe in front. `synthetic` marks what a computer made up: no person ran it."""

_FILES: Final[Mapping[str, str]] = {
    "history.json": "The whole diary; `pfp restore` brings it back, docs/history-file.md describes it. The "
    "person's own words are in it.",
    "runs.csv": "One row per run; `pfp import` takes it.",
    "strides.csv": "One row per stride of each run with a recording, as this version of pfp finds them.",
    "wellness.csv": "One row per day, with the names that intervals.icu uses.",
    "pain-fhir.json": "Pain scores and totals of questionnaires: a FHIR R4 Bundle of Observations, without "
    "anything that names a person.",
    "fit/": "One FIT activity per run, for sports programs.",
    "watch/": "The rows of a watch, one file per run: seconds from its start, then a column per channel.",
    "samples/": "The samples of each recording as Parquet: time_s in seconds, acc_x_g ... in g with "
    "gravity in them, gyr_x_dps ... in degrees per second. `pfp analyze` reads them.",
    "positions/": "Where each run was: seconds from the start of the watch, latitude and longitude in "
    "degrees.",
}
_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "runs.csv": {column.name: column.means for column in RUN_COLUMNS},
    "strides.csv": STRIDE_WORDS,
    "wellness.csv": {column.name: column.means for column in DAY_COLUMNS},
    "watch/": {"time_s": "seconds from the start of the watch", **CHANNELS, f"{DEVELOPER}...": "as named"},
}


def readme_text(names: Iterable[str], at: datetime, version: str, notes: Iterable[str]) -> str:
    """Write the README of an archive.

    Parameters
    ----------
    names
        Of the files in it; those of a folder share one paragraph.
    at
        When it is made.
    version
        Of this program.
    notes
        What was left out, in sentences.

    Returns
    -------
    str
        Markdown.
    """
    present = list(names)
    parts = [
        "# Everything that pfp keeps for you",
        _filled(
            f"Written by pfp {version} at {at.isoformat()}. These are your health data: whoever gets this "
            "file can read them, for it is not encrypted."
        ),
        _RULES,
    ]
    for name, words in _FILES.items():
        files = [one for one in present if one == name or (name.endswith("/") and one.startswith(name))]
        if files:
            many = f" ({len(files)})" if name.endswith("/") else ""
            parts += [f"## {name}{many}", _filled(words)]
            if name in _COLUMNS:
                parts.append("\n".join(f"- `{key}`: {means}" for key, means in _COLUMNS[name].items()))
    left_out = [_filled(f"- {note}", "  ") for note in notes]
    if left_out:
        parts += ["## Left out", "\n".join(left_out)]
    return "\n\n".join(parts) + "\n"


def _filled(text: str, rest: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
