"""Rows of a cohort: every column filled from the summary, the same types always, unknown is null."""

from __future__ import annotations

import dataclasses
import gzip
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from made_analysis import made_analysis, made_facts, made_summary, refused_summary, slow_summary

from pfp_sensors import __version__
from pfp_sensors.cohort.rows import Rows, concat, failed_rows, rows_of
from pfp_sensors.cohort.schemas import RUNS_COLUMNS, STRIDES_COLUMNS, runs_schema, strides_schema
from pfp_sensors.errors import InputError, PfpError, TooLargeError
from pfp_sensors.formats.strides_table import COLUMNS, strides_frame
from pfp_sensors.model.cohort import CohortInput
from pfp_sensors.model.gait import Strides
from pfp_sensors.model.recording import Recording, RecordingFile, Source
from pfp_sensors.model.summary import RunSummary, Spread

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.analysis import LegAnalysis

SOURCE = "clinic=north%20side/athlete=7/run=2024-05-01/imu.parquet"


def made_rows(*summaries: RunSummary, source: str = SOURCE) -> Rows:
    time_s = np.arange(100) / 100.0
    recording = Recording(
        time_s, np.zeros((100, 3), np.float32), None, 100.0, start_utc="2024-05-01T08:00:00+00:00"
    )
    file = RecordingFile(Source("x", "a" * 64, "csv"), (recording,) * len(summaries), ("One row dropped.",))
    analysis = made_analysis(*summaries)
    legs = tuple(leg if leg.summary.n_strides else without_strides(leg) for leg in analysis.legs)
    return rows_of(file_at(source, "stamp"), file, dataclasses.replace(analysis, legs=legs))


def file_at(source: str, stamp: str = "s") -> CohortInput:
    return CohortInput(source, (source,), stamp)


def without_strides(leg: LegAnalysis) -> LegAnalysis:
    arrays = {field.name: getattr(leg.strides, field.name)[:0] for field in dataclasses.fields(Strides)}
    return dataclasses.replace(leg, strides=Strides(**arrays))


def both_valid(rows: Rows) -> None:
    for table, schema in ((rows.strides, strides_schema()), (rows.runs, runs_schema())):
        table.validate(full=True)
        assert table.schema.equals(schema)


def test_a_run_row_says_what_the_summary_says() -> None:
    rows = made_rows(made_summary("left"))
    both_valid(rows)
    (row,) = rows.runs.to_pylist()
    unknown = {name for name, value in row.items() if value is None}
    assert unknown == {
        "sensor",
        *(f"symmetry_{name}_pct" for name in ("stride_time", "contact_time", "resultant")),
        "symmetry_exceeds_minimum_detectable",
        *("failure", "failure_code", "what_to_do", "retry"),
    }
    said = {
        "source": SOURCE, "clinic": "north side", "athlete": "7", "run": "2024-05-01", "leg": 1,
        "stamp": "stamp", "status": "ok", "side": "left", "start": "2024-05-01T08:00:00+00:00",
        "format": "csv", "sha256": "a" * 64, "version": "0.1.0", "channels": ["acc", "gyr"], "n_gaps": 1,
        "lost_samples": 41, "running_s": 1500.0, "n_strides": 2100, "n_steps": 4200, "cadence_spm": 165.0,
        "cadence_spm_p25": 163.0, "cadence_spm_p75": 167.0, "stride_length_source": "imu",
        "speed_source": "treadmill", "distance_km": 4.4, "distance_source": "watch",
        "impact_resultant_g": 7.912345, "impact_resultant_g_p95": 10.2, "impact_axial_g_p25": 4.4,
        "n_contacts": 2090, "n_clipped": 3, "censored": False, "baseline_eligible": True,
        "impact_load_g": 16510.25, "impact_load_per_km_g": 3752.0, "trend_resultant_g_first_third": 7.7,
        "trend_resultant_g_last_third": 8.1, "trend_exceeds_minimum_detectable": False, "coverage": 0.97,
        "grade": "good", "reasons": [], "notes": ["One row dropped."], "synthetic": False,
    }  # fmt: skip
    assert {name: row[name] for name in said} == said


def test_every_number_of_a_summary_is_in_a_row() -> None:
    """A field that the model gets later has to get a column too, or be named here."""
    elsewhere = {"bouts", "model", "mounting"}
    known = {column.name for column in RUNS_COLUMNS}
    renamed = {"gaps": "n_gaps", "impact": "n_contacts", "dose": "impact_load_g", "quality": "grade",
               "within_run_trend": "trend_resultant_g_last_third", "recording": "duration_s"}  # fmt: skip
    for data in (made_summary(), made_facts()):
        for field in dataclasses.fields(data):
            assert renamed.get(field.name, field.name) in known | elsewhere


def test_strides_are_those_of_the_strides_table() -> None:
    legs = made_summary("left"), made_summary("right", recording=made_facts(side="right", sensor="S1"))
    rows = made_rows(*legs)
    both_valid(rows)
    frame = strides_frame(made_analysis(*legs))
    assert tuple(column.name for column in STRIDES_COLUMNS[5:]) == COLUMNS
    for name in COLUMNS:
        expected = [None if value == "" or pd.isna(value) else value for value in frame[name]]
        assert rows.strides[name].to_pylist() == expected, name
    assert rows.strides["leg"].to_pylist() == [1] * 7 + [2] * 7
    assert set(rows.strides["athlete"].to_pylist()) == {"7"}
    assert rows.runs["sensor"].to_pylist() == [None, "S1"]
    assert rows.runs["symmetry_resultant_pct"].to_pylist() == [12.0, 12.0]


def test_what_is_unknown_is_null_of_the_same_type() -> None:
    nan = made_summary(cadence_spm=Spread(np.nan, 1.0, 2.0), distance_km=np.nan, coverage=None)
    tables = [made_rows(one) for one in (made_summary(), slow_summary(), refused_summary(), nan)]
    tables.append(failed_rows(file_at("a"), InputError("Found nothing.")))
    for rows in tables:
        both_valid(rows)
    every = concat(tables)
    both_valid(every)
    assert every.runs["status"].to_pylist() == ["ok", "partial", "refused", "ok", "failed"]
    assert every.runs["cadence_spm_p25"].to_pylist() == [163.0, 163.0, None, None, None]
    assert every.runs["impact_load_g"].to_pylist()[1:3] == [None, None]
    assert every.runs["distance_km"].null_count == 4
    reasons = every.runs["reasons"].to_pylist()
    assert reasons[4] is None
    assert reasons[2] == [
        {
            "code": "not_running",
            "field": "cadence_spm",
            "message": "Walking found, no running.",
            "blocking": True,
        }
    ]
    assert pc.sum(pc.is_nan(every.strides["terminal_contact_s"])).as_py() == 0
    assert tables[2].strides.num_rows == 0
    assert concat([]).runs.num_rows == 0
    both_valid(concat([]))


@pytest.mark.parametrize(
    ("cause", "retry"),
    [
        (PermissionError(13, "Permission denied"), True),
        (OSError(28, "No space left on device"), True),
        (MemoryError(), True),
        (pa.ArrowMemoryError("malloc of size 64 failed"), True),
        (TooLargeError("a.csv has 9 bytes"), True),
        (pa.ArrowInvalid("damaged"), False),
        (OSError("Couldn't deserialize thrift"), False),
        (gzip.BadGzipFile("Not a gzipped file"), False),
        (None, False),
    ],
)
def test_a_failure_says_whether_another_try_may_help(cause: Exception | None, retry: bool) -> None:
    error = InputError("a.csv: cannot be read.", "Look at it.")
    error.__cause__ = PfpError("between") if cause else None
    if error.__cause__:
        error.__cause__.__cause__ = cause
    rows = failed_rows(file_at("clinic=a/x.csv"), error)
    both_valid(rows)
    (row,) = rows.runs.to_pylist()
    assert {name for name, value in row.items() if value is not None} == {
        "source", "clinic", "stamp", "status", "version", "failure", "failure_code", "what_to_do", "retry",
    }  # fmt: skip
    assert (row["failure"], row["failure_code"], row["retry"]) == ("a.csv: cannot be read.", 3, retry)
    assert row["version"] == __version__
    assert rows.strides.num_rows == 0


@pytest.mark.parametrize(
    ("source", "file", "expected"),
    [
        ("a/b.csv", "", (None, None, None)),
        ("clinic=x/athlete=__HIVE_DEFAULT_PARTITION__/run=1", "/imu.parquet", ("x", None, "1")),
        ("clinic=a=b/athlete=%C3%A9/notrun=3/b.csv", "", ("a=b", "é", None)),
        ("run=1/run=2/f.csv", "", (None, None, "2")),
        ("clinic=x/athlete=17.parquet", "", ("x", None, None)),
        ("clinic=x/athlete=17.parquet", "/imu.parquet", ("x", "17.parquet", None)),
        ("athlete=17", "", (None, None, None)),
    ],
)
def test_folders_tell_clinic_athlete_and_run(
    source: str, file: str, expected: tuple[str | None, ...]
) -> None:
    given = CohortInput(source, (source + file,), "s")
    for row in failed_rows(given, InputError("x")).runs.to_pylist():
        assert (row["clinic"], row["athlete"], row["run"]) == expected


def test_words_that_are_no_text_are_stored_as_escapes() -> None:
    rows = failed_rows(file_at("a.csv"), InputError("caf\udce9 cannot be read."))
    assert rows.runs["failure"].to_pylist() == ["caf\\udce9 cannot be read."]


def test_columns_are_named_once_and_explained() -> None:
    for columns, schema in ((STRIDES_COLUMNS, strides_schema()), (RUNS_COLUMNS, runs_schema())):
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)
        assert schema.names == names
        assert all(column.means and column.means[-1] != "." for column in columns)


def test_a_worker_makes_and_sends_rows_without_pandas() -> None:
    """``pyarrow.array`` would import it: 0.3 s in each process."""
    code = (
        "import pickle, sys\n"
        "import numpy as np\n"
        "from pfp_sensors.cohort.rows import concat, failed_rows, rows_of\n"
        "from pfp_sensors.errors import InputError\n"
        "from pfp_sensors.model.cohort import CohortInput\n"
        "from pfp_sensors.model.recording import Recording, RecordingFile, Source\n"
        "from made_analysis import made_analysis, slow_summary\n"
        "one = Recording(np.arange(9) / 100.0, np.zeros((9, 3), np.float32), None, 100.0)\n"
        "file = RecordingFile(Source('x', 'a', 'csv'), (one,))\n"
        "given = CohortInput('a', ('a',), 's')\n"
        "rows = rows_of(given, file, made_analysis(slow_summary()))\n"
        "sent = pickle.dumps(concat([rows, failed_rows(given, InputError('x'))]))\n"
        "assert len(pickle.loads(sent).runs) == 2\n"
        "assert 'pandas' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_rows_survive_being_sent() -> None:
    failed = failed_rows(file_at("b"), InputError("x"))
    rows = concat([made_rows(made_summary("left"), slow_summary()), failed])
    again = pickle.loads(pickle.dumps(rows))
    assert again.runs.equals(rows.runs)
    assert again.strides.equals(rows.strides)


def test_duckdb_takes_the_clinic_from_the_folder_of_the_results(tmp_path: Path) -> None:
    """As docs/cohort.md says of a command for each clinic, in whose rows there is none."""
    import duckdb
    import pyarrow.parquet as pq

    for clinic in ("north", "south"):
        folder = tmp_path / f"clinic={clinic}" / "runs" / "method=1"
        folder.mkdir(parents=True)
        pq.write_table(failed_rows(file_at("athlete=1/a.csv"), InputError("x")).runs, folder / "p.parquet")
    files = f"read_parquet('{tmp_path}/**/*.parquet', hive_partitioning = true)"
    found = duckdb.sql(f"select clinic, athlete from {files} order by clinic").fetchall()
    assert found == [("north", "1"), ("south", "1")]
