"""A cohort's result on disk: whole after a kill at any moment, nothing lost, nothing doubled."""

from __future__ import annotations

import errno
import json
import os
import random
import stat
import sys
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from made_analysis import made_analysis, made_summary

from pfp_sensors.cohort import parts
from pfp_sensors.cohort.claim import CLAIM_NAME, LOCK_NAME
from pfp_sensors.cohort.dataset import Dataset, open_dataset
from pfp_sensors.cohort.local_place import LocalPlace
from pfp_sensors.cohort.place import PlaceFile
from pfp_sensors.cohort.places import open_out
from pfp_sensors.cohort.rows import Rows, concat, failed_rows, rows_of
from pfp_sensors.cohort.schemas import STRIDES_COLUMNS
from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.cohort import CohortInput
from pfp_sensors.model.recording import Recording, RecordingFile, Source
from pfp_sensors.store import run_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pfp_sensors.cohort.place import Place

METHOD, SETTINGS = "1", "a" * 64
INPUTS = "abcdef"
CONTACT = [column.name for column in STRIDES_COLUMNS].index("initial_contact_s")
BELOW = f"method={METHOD}/parameters_sha256={SETTINGS}/"


class Killed(Exception):  # noqa: N818
    """The process ended."""


@dataclass
class MemoryPlace:
    """A place in memory; the process ends before the write or removal of a given number."""

    files: dict[str, bytes] = field(default_factory=dict)
    left: int | None = None
    changes: int = 0
    text: str = "memory"

    def exclusive(self, _name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def _change(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise Killed
            self.left -= 1
        self.changes += 1

    def list_files(self) -> tuple[PlaceFile, ...]:
        return tuple(PlaceFile(name, len(data), "") for name, data in sorted(self.files.items()))

    def read(self, name: str) -> bytes:
        return self.files[name]

    def write(self, name: str, content: bytes) -> None:
        self._change()
        self.files[name] = content

    def remove(self, name: str) -> None:
        self._change()
        self.files.pop(name, None)


def names_in(place: MemoryPlace, folder: str = "") -> tuple[str, ...]:
    return tuple(name for name in sorted(place.files) if name.startswith(folder))


def opened(place: MemoryPlace) -> Dataset:
    with open_dataset(place, METHOD, SETTINGS, "study") as dataset:  # type: ignore[arg-type]
        return dataset


@cache
def made_rows(source: str, stamp: str = "1", kind: str = "one") -> Rows:
    if kind in {"failed", "retry"}:
        error = InputError(f"{source} cannot be read.", "Look at it.")
        error.__cause__ = PermissionError(13, "Permission denied") if kind == "retry" else None
        return failed_rows(CohortInput(source, (source,), stamp), error)
    summaries = {
        "one": (made_summary("left"),),
        "two": (made_summary("left"), made_summary("right")),
    }[kind]
    recording = Recording(np.arange(9) / 100.0, np.zeros((9, 3), np.float32), None, 100.0)
    file = RecordingFile(Source("x", "a" * 64, "csv"), (recording,) * len(summaries))
    given = CohortInput(source, (source,), stamp)
    return rows_of(given, file, made_analysis(*summaries, n=1 + int(stamp)))


def made(*wanted: tuple[str, str, str]) -> Rows:
    return concat([made_rows(*one) for one in wanted])


def read_rows(content: bytes) -> Any:
    return pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False)


def stored(place: MemoryPlace) -> dict[str, tuple[str, list[Any], list[Any]]]:
    """Return by source: the stamp, its rows of runs and of strides; each file has a partner."""
    tables = {}
    for kind in ("strides", "runs"):
        names = names_in(place, f"{kind}/{BELOW}")
        tables[kind] = {name.rpartition("/")[2]: read_rows(place.read(name)) for name in names}
    assert tables["strides"].keys() == tables["runs"].keys()
    found: dict[str, tuple[str, list[Any], list[Any]]] = {}
    for name, runs in tables["runs"].items():
        rows = runs.to_pylist()
        for row in rows:
            assert row["source"] not in found or found[row["source"]][0] == row["stamp"]
            found.setdefault(row["source"], (row["stamp"], [], []))[1].append(row)
        for row in tables["strides"][name].to_pylist():
            assert row["source"] in {each["source"] for each in rows}, "strides lie with their run"
            found[row["source"]][2].append(row)
    return found


def check_whole(place: MemoryPlace, kinds: dict[tuple[str, str], str]) -> dict[str, str]:
    """Check that what is stored of each recording is all of its rows, each once; return the stamps."""
    found = stored(place)
    for source, (stamp, runs, strides) in found.items():
        expected = made_rows(source, stamp, kinds[source, stamp])
        assert runs == expected.runs.to_pylist()
        assert strides == expected.strides.to_pylist()
    return {source: stamp for source, (stamp, _, _) in found.items()}


# --- what is written is what is read ----------------------------------------------------------------


def test_rows_come_back_and_are_known() -> None:
    place = MemoryPlace()
    dataset = opened(place)
    dataset.append(made(("a", "1", "two"), ("b", "1", "failed")))
    dataset.append(made(("c", "2", "one"), ("d", "1", "retry")))
    kinds = {("a", "1"): "two", ("b", "1"): "failed", ("c", "2"): "one", ("d", "1"): "retry"}
    assert check_whole(place, kinds) == {"a": "1", "b": "1", "c": "2", "d": "1"}
    for again in (dataset, opened(place)):
        assert again.done() == {"a": "1", "b": "1", "c": "2"}
        assert again.warnings == ()
    assert json.loads(place.read(CLAIM_NAME)) == {
        "schema": "pfp.cohort-tables/1",
        "input": "study",
        "method": METHOD,
        "parameters_sha256": SETTINGS,
    }


def test_a_failure_of_an_older_version_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    place = MemoryPlace()
    opened(place).append(made(("a", "1", "one"), ("b", "1", "failed")))
    monkeypatch.setattr(parts, "__version__", "99.0")
    assert opened(place).done() == {"a": "1"}


def test_dropped_recordings_are_gone_and_others_stay() -> None:
    place = MemoryPlace()
    dataset = opened(place)
    dataset.append(made(("a", "1", "two"), ("b", "1", "one"), ("c", "1", "one")))
    dataset.append(made(("d", "1", "one")))
    dataset.drop(["b", "d", "not there"])
    kinds = {(source, "1"): "two" if source == "a" else "one" for source in "abcd"}
    assert check_whole(place, kinds) == dataset.done() == opened(place).done() == {"a": "1", "c": "1"}
    assert len(names_in(place, "runs/")) == 1
    dataset.append(made(("b", "2", "one"), ("d", "1", "one")))
    assert opened(place).done() == {"a": "1", "b": "2", "c": "1", "d": "1"}


def test_nothing_is_written_for_no_rows() -> None:
    place = MemoryPlace()
    opened(place).append(concat([]))
    assert names_in(place) == (CLAIM_NAME,)


def test_a_recording_is_never_doubled() -> None:
    dataset = opened(MemoryPlace())
    dataset.append(made(("a", "1", "one"), ("b", "1", "one")))
    with pytest.raises(ValueError, match="there already"):
        dataset.append(made(("c", "1", "one"), ("b", "2", "one")))
    with pytest.raises(ValueError, match="twice"):
        dataset.append(made(("c", "1", "one"), ("c", "1", "one")))
    with pytest.raises(ValueError, match="without a run"):
        dataset.append(Rows(made_rows("x").strides, made_rows("y").runs))
    assert dataset.done() == {"a": "1", "b": "1"}


def test_other_methods_and_settings_stand_beside() -> None:
    place = MemoryPlace()
    dataset = opened(place)
    dataset.append(made(("a", "1", "one")))
    for method, settings in (("2", SETTINGS), (METHOD, "b" * 64), ("1/0 é", SETTINGS)):
        with open_dataset(place, method, settings, "study") as other:  # type: ignore[arg-type]
            assert other.done() == {}
            other.append(made(("a", "2", "one")))
            other.drop(["a"])
            other.append(made(("a", "1", "one"), ("b", "1", "one")))
    assert opened(place).done() == {"a": "1"}
    assert len(names_in(place, "runs/")) == 4


# --- killed at any moment -------------------------------------------------------------------------


def session(
    dataset: Dataset, committed: dict[str, str], kinds: dict[tuple[str, str], str], seed: int
) -> None:
    """Do what `pfp cohort` does: look, drop what changed, add; keep account of what was promised."""
    draw = random.Random(seed)
    inputs = {
        name: (str(draw.randint(1, 3)), draw.choice(["one", "two", "failed", "retry"])) for name in INPUTS
    }
    inputs = {name: (stamp, kinds.setdefault((name, stamp), kind)) for name, (stamp, kind) in inputs.items()}
    done = dataset.done()
    todo = [name for name, (stamp, _) in inputs.items() if done.get(name) != stamp]
    draw.shuffle(todo)
    for name in inputs:
        committed.pop(name, None)
    committed.update({name: done[name] for name in inputs if name not in todo})
    dataset.drop(todo)
    while todo:
        batch, todo = todo[: (size := draw.randint(1, 3))], todo[size:]
        rows = [(name, *inputs[name]) for name in batch]
        dataset.append(made(*rows))
        committed.update({name: stamp for name, stamp, _ in rows})


@pytest.mark.parametrize("seed", range(12))
def test_a_kill_loses_and_doubles_nothing(seed: int) -> None:
    """Sessions end before a random write or removal, also while the last kill is being repaired."""
    draw = random.Random(1000 + seed)
    place, committed, kinds = MemoryPlace(), {}, {}  # type: ignore[var-annotated]
    opened(place)
    for turn in range(5):
        place.left = draw.randint(0, 20) if turn < 4 else None
        try:
            session(opened(place), committed, kinds, seed * 10 + turn)
        except Killed:
            place.left = draw.randint(0, 2)
            with suppress(Killed):
                opened(place)
        place.left = None
        dataset = opened(place)
        stamps = check_whole(place, kinds)
        assert committed.items() <= stamps.items()
        retry = {source for source, stamp in stamps.items() if kinds[source, stamp] == "retry"}
        assert dataset.done() == {source: stamp for source, stamp in stamps.items() if source not in retry}
        assert dataset.warnings == ()
    assert set(committed) == set(INPUTS)
    before = dict(place.files)
    opened(place)
    assert place.files == before


def test_a_kill_at_every_single_step() -> None:
    """The same two sessions, ended before their first change, their second, and so on to the last."""
    for left in range(1000):
        place, committed, kinds = MemoryPlace(left=left), {}, {}  # type: ignore[var-annotated]
        ended = False
        try:
            session(opened(place), committed, kinds, 1)
            session(opened(place), committed, kinds, 2)
            ended = True
        except Killed:
            pass
        place.left = None
        opened(place)
        assert committed.items() <= check_whole(place, kinds).items()
        session(opened(place), committed, kinds, 2)
        assert check_whole(place, kinds) == committed
        if ended:
            break
    assert left > 15


def test_two_writers_that_could_not_see_each_other_leave_each_recording_once() -> None:
    """At an address nothing keeps a second process out: what both did is kept once."""
    place, second = MemoryPlace(), MemoryPlace()
    opened(place).append(made(("a", "1", "one"), ("b", "1", "one")))
    for batch in ((("b", "1", "one"), ("c", "1", "two")), (("c", "1", "two"),)):
        dataset = opened(second)
        dataset.drop(["c"])
        dataset.append(made(*batch))
        place.files |= second.files
    kinds = {("a", "1"): "one", ("b", "1"): "one", ("c", "1"): "two"}
    assert len(names_in(place, "runs/")) > 2
    assert opened(place).done() == {"a": "1", "b": "1", "c": "1"}
    assert check_whole(place, kinds) == {"a": "1", "b": "1", "c": "1"}


# --- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["strides", "runs"])
@pytest.mark.parametrize("how", ["cut", "empty", "gone", "rubbish"])
def test_a_damaged_part_is_named_and_its_recordings_done_again(kind: str, how: str) -> None:
    place = MemoryPlace()
    dataset = opened(place)
    dataset.append(made(("a", "1", "one"), ("b", "1", "one")))
    (name,) = names_in(place, f"{kind}/")
    dataset.append(made(("c", "1", "one")))
    whole = place.files[name]
    damaged = {"cut": whole[:-9], "empty": b"", "rubbish": b"PAR1" + bytes(90) + b"PAR1"}
    if how == "gone":
        del place.files[name]
    else:
        place.files[name] = damaged[how]
    dataset = opened(place)
    assert dataset.done() == {"c": "1"}
    if (kind, how) == ("runs", "gone"):
        assert dataset.warnings == ()  # as a kill leaves it
    else:
        (warning,) = dataset.warnings
        assert name.rpartition("/")[2] in warning
    assert check_whole(place, {("c", "1"): "one"}) == {"c": "1"}
    dataset.append(made(("a", "1", "one"), ("b", "1", "one")))
    assert opened(place).done() == {"a": "1", "b": "1", "c": "1"}


def test_a_part_with_other_bytes_in_it_is_found_when_it_is_rewritten() -> None:
    place = MemoryPlace()
    opened(place).append(made(("a", "1", "one"), ("b", "1", "one")))
    (name,) = names_in(place, "strides/")
    content = bytearray(place.files[name])
    chunk = pq.ParquetFile(pa.BufferReader(bytes(content))).metadata.row_group(0).column(CONTACT)
    assert chunk.path_in_schema == "initial_contact_s"
    content[chunk.data_page_offset + chunk.total_compressed_size - 20] ^= 1
    place.files[name] = bytes(content)
    changed = read_rows(place.files[name])["initial_contact_s"].to_pylist()
    assert changed != made(("a", "1", "one"), ("b", "1", "one")).strides["initial_contact_s"].to_pylist()
    with pytest.raises(InputError, match="damaged; it was removed") as told:
        opened(place).drop(["a"])
    assert "again" in told.value.what_to_do
    assert opened(place).done() == {}
    assert names_in(place) == (CLAIM_NAME,)


# --- whose folder it is ---------------------------------------------------------------------------


def local(folder: Path) -> LocalPlace:
    return LocalPlace(str(folder), folder, for_results=True)


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    old = os.umask(0o022)
    yield tmp_path / "clinics" / "out"
    os.umask(old)


def write_example(place: Place) -> None:
    with open_dataset(place, METHOD, SETTINGS, "study") as dataset:
        dataset.append(made(("clinic=x/athlete=1/run=1", "1", "two"), ("b", "1", "failed")))
        dataset.append(made(("clinic=y/athlete=2/run=1", "2", "one")))
        dataset.append(made(("c", "1", "failed")))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such modes")
def test_files_are_private(out: Path) -> None:
    write_example(local(out))
    found = {path.relative_to(out).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*")}
    assert len([name for name in found if name.endswith(".parquet")]) == 6
    for name, mode in found.items():
        assert mode == (0o700 if (out / name).is_dir() else 0o600), name
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert LOCK_NAME not in found


def test_one_process_writes(out: Path) -> None:
    with open_dataset(local(out), METHOD, SETTINGS, "study"):
        with (
            pytest.raises(UsageError, match=f"being written by another pfp .process {os.getpid()}"),
            open_dataset(local(out), METHOD, SETTINGS, "study"),
        ):
            pass
        assert (out / LOCK_NAME).exists()
    write_example(local(out))


def test_a_lock_left_by_a_kill_is_no_obstacle(out: Path) -> None:
    out.mkdir(parents=True)
    (out / LOCK_NAME).write_text("1\n")
    write_example(local(out))


def test_a_folder_that_may_not_be_written_to(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(run_lock, "_take", refused)
    with pytest.raises(UsageError) as told:
        write_example(local(out))
    assert told.value.what_to_do == "Choose a folder that you may write to (--out)."


def test_the_result_of_another_input_is_not_mixed_with_this_one(out: Path) -> None:
    write_example(local(out))
    with (
        pytest.raises(UsageError, match=r"is the result of study; expected other study") as told,
        open_dataset(local(out), METHOD, SETTINGS, "other study"),
    ):
        pass
    assert '"input"' in told.value.what_to_do
    claim = out / CLAIM_NAME
    claim.write_text(claim.read_text().replace("study", "other study"))
    with open_dataset(local(out), METHOD, SETTINGS, "other study") as dataset:
        assert len(dataset.done()) == 4


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ("{", InputError, "not JSON"),
        ("[]", InputError, 'found no "input"'),
        ('{"schema": "pfp.cohort-tables/1"}', InputError, 'found no "input"'),
        ('{"schema": "pfp.cohort/9", "input": "study"}', UsageError, "pfp.cohort/9"),
    ],
)
def test_a_claim_that_cannot_be_understood_is_refused(
    out: Path, content: str, kind: type[Exception], words: str
) -> None:
    out.mkdir(parents=True)
    (out / CLAIM_NAME).write_text(content)
    with pytest.raises(kind, match=words):
        write_example(local(out))
    assert [path.name for path in out.iterdir()] == [CLAIM_NAME]


def test_somebody_elses_folder_is_left_alone(out: Path) -> None:
    (out / "letters").mkdir(parents=True)
    (out / "letters" / "one.txt").write_text("dear")
    with pytest.raises(UsageError, match=rf"holds files and no {CLAIM_NAME}") as told:
        write_example(local(out))
    assert "--out" in told.value.what_to_do
    assert [path.name for path in out.rglob("*")] == ["letters", "one.txt"]


def test_a_place_elsewhere() -> None:
    place = open_out("memory://test-dataset/out")
    write_example(place)
    with open_dataset(place, METHOD, SETTINGS, "study") as dataset:
        dataset.drop(["b"])
        assert sorted(dataset.done()) == ["c", "clinic=x/athlete=1/run=1", "clinic=y/athlete=2/run=1"]
    assert len(place.list_files()) == 7


# --- other programs read it -----------------------------------------------------------------------


def test_pandas_arrow_and_duckdb_read_it(out: Path) -> None:
    write_example(local(out))
    frames = {
        kind: (
            pd.read_parquet(out / kind),
            ds.dataset(out / kind, partitioning="hive").to_table().to_pandas(),
            duckdb.sql(
                f"select * from read_parquet('{out}/{kind}/**/*.parquet', hive_partitioning=true)"
            ).df(),
        )
        for kind in ("runs", "strides")
    }
    for kind, same in frames.items():
        for frame in same:
            assert len(frame) == {"runs": 5, "strides": 4 + 4 + 5}[kind]
            assert {str(value) for value in frame["method"]} == {METHOD}
            assert {str(value) for value in frame["parameters_sha256"]} == {SETTINGS}
            assert set(frame["athlete"].dropna()) == {"1", "2"}
    runs = frames["runs"][0]
    assert sorted(runs["status"]) == ["failed", "failed", "ok", "ok", "ok"]
    assert str(runs["n_gaps"].dtype) in {"float64", "Int64"}  # pandas writes unknown whole numbers so
    joined = duckdb.sql(
        f"""select r.athlete, r.side, count(*) as n, any_value(r.n_strides) as said
        from read_parquet('{out}/strides/**/*.parquet') s join read_parquet('{out}/runs/**/*.parquet') r
        using (source, leg) group by all order by all"""
    ).fetchall()
    assert joined == [("1", "left", 4, 2100), ("1", "right", 4, 2100), ("2", "left", 5, 2100)]


def test_what_a_kill_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    place = open_out(str(tmp_path / "out"))
    with open_dataset(place, METHOD, SETTINGS, "study") as dataset:
        dataset.append(made(("a", "1", "two")))
    folder = tmp_path / "out" / "strides" / BELOW
    left = folder / ".part-0123.parquet.89abcdef.part"
    left.write_bytes(b"half")
    kept = {path.name for path in folder.iterdir()} - {left.name}
    with open_dataset(place, METHOD, SETTINGS, "study"):
        assert {path.name for path in folder.iterdir()} == kept
