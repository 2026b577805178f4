"""One recording to rows: what may go better another time is tried again, and no row tells a secret."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from made_cohort import make_cohort

from pfp_sensors.cohort.inputs import find_inputs
from pfp_sensors.cohort.job import Job, lost_rows, process
from pfp_sensors.cohort.places import open_place
from pfp_sensors.cohort.remote_place import RemotePlace
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.cohort import CohortInput
from pfp_sensors.settings import load_import_settings, load_signal_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pfp_sensors.cohort.place import Place

fsspec = pytest.importorskip("fsspec")
URL = "broken://anna:secret@host/study"
GIVEN = CohortInput("clinic=a/run.csv", ("clinic=a/meta.json", "clinic=a/run.csv"), "s")


class StrangeError(Exception):
    """An error of a library below fsspec that is no `OSError`."""


class _Broken(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """A store whose files cannot be fetched."""

    protocol = "broken"
    cachable = False
    error: BaseException = OSError()

    def open(self, *_: object, **__: object) -> Any:
        raise self.error


def job_of(place: Place) -> Job:
    return Job(place, load_signal_settings(), load_import_settings())


def row_of(given: CohortInput, job: Job) -> dict[str, Any]:
    rows = process(given, job)
    assert rows.strides.num_rows == 0
    (row,) = rows.runs.to_pylist()
    assert row["status"] == "failed"
    return dict(row)


def fetch_errors() -> dict[str, tuple[BaseException, int]]:
    from fsspec.exceptions import FSTimeoutError

    return {
        "network": (ConnectionResetError(104, "Connection reset by peer"), 3),
        "timeout": (FSTimeoutError(), 3),
        "library": (StrangeError("broken://anna:secret@host said secret"), 3),
        "value": (ValueError("secret"), 3),
        "gone": (FileNotFoundError("clinic=a/run.csv"), 3),
        "memory": (MemoryError(), 1),
    }


@pytest.mark.parametrize("name", list(fetch_errors()))
def test_what_cannot_be_fetched_is_tried_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error, code = fetch_errors()[name]
    fsspec.register_implementation("broken", _Broken, clobber=True)
    monkeypatch.setattr(_Broken, "error", error)
    row = row_of(GIVEN, job_of(RemotePlace("shown", URL)))
    assert (row["retry"], row["failure_code"]) == (True, code)
    assert "clinic=a/" in row["failure"]
    assert row["what_to_do"]
    assert "secret" not in str(row)
    assert "mistake in pfp" not in str(row)


def test_a_store_that_cannot_be_opened_is_tried_again_and_the_recording_named() -> None:
    row = row_of(GIVEN, job_of(RemotePlace("shown", "nosuchstore://host/study")))
    assert (row["retry"], row["failure_code"]) == (True, UsageError.exit_code)
    assert row["failure"].startswith("clinic=a/run.csv: nosuchstore://host/study")


@pytest.mark.parametrize("files", [("../run.csv",), ("clinic=a/run.csv", "/etc/x")])
def test_a_refused_name_stays_refused(files: tuple[str, ...]) -> None:
    row = row_of(replace(GIVEN, files=files), job_of(RemotePlace("shown", "memory://made-bucket")))
    assert (row["retry"], row["failure_code"]) == (False, InputError.exit_code)
    assert "is no name of a file here" in row["failure"]


@dataclass(frozen=True, slots=True)
class _Failing:
    """A place that fails once a path is there, as the reading of it might; before, where there is no path."""

    path: Path | None
    error: Exception

    @contextmanager
    def fetched(self, _: CohortInput) -> Iterator[Path]:
        if self.path is not None:
            yield self.path
        raise self.error


def test_a_full_temporary_folder_is_told_without_its_name() -> None:
    place: Any = _Failing(None, OSError(28, "No space left on device", "/var/somewhere/pfp-x"))
    row = row_of(GIVEN, job_of(place))
    assert row["failure"] == "clinic=a/run.csv: It cannot be fetched: No space left on device."
    assert row["retry"] is True


@pytest.mark.parametrize(
    ("error", "retry", "code", "words"),
    [
        (MemoryError(), True, 1, "not enough memory"),
        (
            ImportError("cannot load /opt/x/vqf.so", name="vqf"),
            True,
            1,
            "cannot be loaded where it was worked on: vqf.",
        ),
        (StrangeError("odd"), False, 1, "mistake in pfp"),
        (OSError("Couldn't deserialize thrift"), False, 3, "cannot be read"),
        (PermissionError(13, "Permission denied"), True, 3, "Permission denied"),
    ],
)
def test_what_fails_once_it_is_here(
    error: Exception, retry: bool, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfp_sensors.cohort.job._analysed", lambda *_: None)
    place: Any = _Failing(tmp_path / "run.csv", error)
    row = row_of(CohortInput("run.csv", ("run.csv",), "s"), job_of(place))
    assert (row["retry"], row["failure_code"]) == (retry, code)
    assert words in f"{row['failure']} {row['what_to_do']}"
    assert "run.csv" in row["failure"]
    assert "/opt" not in str(row)
    assert ("mistake in pfp" in row["what_to_do"]) is isinstance(error, StrangeError)


def test_what_is_too_large_is_tried_again_and_what_is_damaged_is_not(tmp_path: Path) -> None:
    place = open_place(str(make_cohort(tmp_path / "study")))
    small = replace(job_of(place), limits=replace(load_import_settings(), max_bytes=2000))
    rows = {one.source: process(one, small).runs.to_pylist()[0] for one in find_inputs(place).inputs}
    limited = {source for source, row in rows.items() if "import.max_bytes" in (row["failure"] or "")}
    assert {"clinic=a/athlete=1/run=1", "plain/fast.csv", "plain/slow.csv.gz"} <= limited
    assert {source for source, row in rows.items() if row["retry"]} == limited
    assert rows["damaged/empty.csv"]["retry"] is False


def test_no_mapping_is_advised_where_none_is_taken(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("moment,ax,ay,az\n" + "0.0,1,2,3\n" * 50, encoding="utf-8")
    row = row_of(CohortInput("odd.csv", ("odd.csv",), "s"), job_of(open_place(str(tmp_path))))
    assert "map.toml" not in row["what_to_do"]
    assert row["what_to_do"].endswith("`pfp import` takes a mapping of its columns.")


def test_a_lost_recording_is_tried_again() -> None:
    (row,) = lost_rows(GIVEN).runs.to_pylist()
    assert (row["status"], row["failure_code"], row["retry"]) == ("failed", 1, True)
    assert row["failure"].startswith(f"{GIVEN.source}: 3 processes")
    assert "mistake in pfp" not in str(row)
