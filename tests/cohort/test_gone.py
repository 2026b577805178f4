"""What is not found any more, and what only seems so: deleted, renamed, behind a link, away for now."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_analysis import made_analysis, made_summary
from made_cohort import SAMPLES

from pfp_sensors.cli import main
from pfp_sensors.cohort.dataset import Dataset, open_dataset
from pfp_sensors.cohort.inputs import find_inputs
from pfp_sensors.cohort.local_place import LocalPlace
from pfp_sensors.cohort.place import Asked
from pfp_sensors.cohort.places import open_out, open_place
from pfp_sensors.cohort.plan import Plan, drop_everywhere, make_plan
from pfp_sensors.cohort.rows import Rows, concat, failed_rows, rows_of
from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.errors import InputError
from pfp_sensors.model.cohort import CohortInput, CohortOptions, CohortReport, FoundInputs
from pfp_sensors.model.recording import Recording, RecordingFile, Source
from pfp_sensors.report.cohort_text import cohort_text

OLD, NEW = "a" * 64, "b" * 64
LINKS = pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")


class Killed(BaseException):
    """The process ended."""


# --- made trees and tables --------------------------------------------------------------------------


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Make a tree of recordings that cannot be read: they have rows all the same, and quickly."""
    for name in ("a.csv", "athlete=3/b.csv"):
        put(tmp_path / "study" / name)
    return tmp_path / "study"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text("[signal.quality]\nbaseline_min_steps = 50\n", encoding="utf-8")
    return path


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("no recording", encoding="utf-8")


def run(study: Path, config: Path | None = None, *, drop: bool = False) -> CohortReport:
    options = CohortOptions("serial", config=config, drop_gone=drop)
    return run_cohort(str(study), str(study.parent / "out"), options)


def stored(study: Path) -> dict[str, list[str]]:
    """Return the recordings of each version of the tables, by its settings."""
    found: dict[str, list[str]] = {}
    for path in sorted((study.parent / "out").glob("runs/*/*/*.parquet")):
        rows = pq.ParquetFile(path).read(use_threads=False)["source"].to_pylist()
        found.setdefault(path.parent.name, []).extend(rows)
    return found


def all_stored(study: Path) -> set[str]:
    return {source for rows in stored(study).values() for source in rows}


def made(source: str, stamp: str = "1", kind: str = "good") -> Rows:
    given = CohortInput(source, (source,), stamp)
    if kind == "good":
        recording = Recording(np.arange(9) / 100.0, np.zeros((9, 3), np.float32), None, 100.0)
        file = RecordingFile(Source("x", "a" * 64, "csv"), (recording,))
        return rows_of(given, file, made_analysis(made_summary("left"), n=1 + int(stamp)))
    return failed_rows(given, InputError(f"{source} cannot be read.", ""), retry=kind == "passing")


def versions(folder: Path, rows: dict[str, str]) -> None:
    """Write a table for each of some settings, with recordings of one letter."""
    for settings, sources in rows.items():
        with open_dataset(open_out(str(folder)), "1", settings, "study") as dataset:
            dataset.append(concat([made(source) for source in sources]))


def found_of(sources: str, **more: Any) -> FoundInputs:
    return FoundInputs(tuple(CohortInput(source, (source,), "1") for source in sources), **more)


def plan_of(folder: Path, found: FoundInputs, *, drop: bool = False) -> tuple[Plan, tuple[str, ...]]:
    with open_dataset(open_out(str(folder)), "1", NEW, "study") as dataset:
        plan = make_plan(found, Asked(), dataset)
        return plan, drop_everywhere(dataset, plan) if drop else ()


def sources_of(folder: Path, settings: str) -> set[str]:
    return set(Dataset(open_out(str(folder)), "1", settings, keep_damaged=True).sources())


# --- deleted ----------------------------------------------------------------------------------------


def test_the_first_run_of_new_settings_drops_what_is_gone_from_the_old_ones(study: Path, own: Path) -> None:
    run(study)
    (study / "athlete=3" / "b.csv").unlink()
    assert run(study, own).n_gone == 1
    report = run(study, own, drop=True)
    assert (report.n_gone, report.dropped_gone) == (1, True)
    assert list(stored(study).values()) == [["a.csv"], ["a.csv"]]
    assert run(study, own, drop=True).n_gone == 0


def test_a_version_never_run_before_is_no_obstacle(study: Path, own: Path) -> None:
    run(study)
    (study / "athlete=3" / "b.csv").unlink()
    assert run(study, own, drop=True).n_gone == 1
    assert all_stored(study) == {"a.csv"}


def test_what_is_gone_is_counted_over_all_versions(tmp_path: Path) -> None:
    versions(tmp_path, {OLD: "abc", "c" * 64: "ad", NEW: "ade"})
    plan, _ = plan_of(tmp_path, found_of("a"))
    assert plan.gone == frozenset("bcde")
    plan_of(tmp_path, found_of("a"), drop=True)
    assert [sources_of(tmp_path, settings) for settings in (OLD, "c" * 64, NEW)] == [{"a"}] * 3
    assert plan_of(tmp_path, found_of("a"))[0].gone == frozenset()


def test_a_removal_ended_at_any_moment_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of the newest version go last: as long as an older one has some, it has them too."""
    write, remove = LocalPlace.write, LocalPlace.remove
    for left in range(100):
        folder, changes = tmp_path / str(left), 0
        versions(folder, {OLD: "ab", "c" * 64: "bc", NEW: "abc"})

        def change(last: int = left) -> None:
            nonlocal changes
            if changes == last:
                raise Killed
            changes += 1

        with monkeypatch.context() as patch:
            patch.setattr(LocalPlace, "write", lambda *given: (change(), write(*given)))
            patch.setattr(LocalPlace, "remove", lambda *given: (change(), remove(*given)))
            try:
                plan_of(folder, found_of("a"), drop=True)
            except Killed:
                ended = True
            else:
                ended = False
        older = sources_of(folder, OLD) | sources_of(folder, "c" * 64)
        newest = sources_of(folder, NEW)
        assert older <= newest
        assert plan_of(folder, found_of("a"))[0].gone == (older | newest) - {"a"}
        plan_of(folder, found_of("a"), drop=True)
        left_over = [sources_of(folder, settings) for settings in (OLD, "c" * 64, NEW)]
        assert left_over == [{"a"}, set(), {"a"}]
        if not ended:
            break
    assert left > 6


def test_a_recording_that_went_on_under_another_name_goes_too(study: Path, own: Path) -> None:
    (study / "slow.csv.gz").write_bytes(gzip.compress(b"no recording"))
    run(study)
    put(study / "slow.csv")
    report = run(study, own, drop=True)
    assert report.n_gone == 0  # its file is there still
    assert {"slow.csv.gz", "slow.csv"} <= all_stored(study)
    for name in ("slow.csv", "slow.csv.gz"):
        (study / name).unlink()
    assert run(study, own, drop=True).n_gone == 2
    assert all_stored(study) == {"a.csv", "athlete=3/b.csv"}


# --- damaged tables of older versions ---------------------------------------------------------------


def damage(folder: Path, how: str) -> dict[str, bytes]:
    """Damage the one part of the old version; return all of its files."""
    (strides,) = folder.glob(f"strides/*/*{OLD}/*.parquet")
    (runs,) = folder.glob(f"runs/*/*{OLD}/*.parquet")
    if how == "cut runs":
        runs.write_bytes(runs.read_bytes()[:-9])
    elif how == "no strides":
        strides.unlink()
    else:
        flip(strides)
    return files_of(folder)


def flip(path: Path) -> None:
    """Change one byte in the middle of a table, which only the sum of its page shows."""
    content = bytearray(path.read_bytes())
    group = pq.ParquetFile(pa.BufferReader(bytes(content))).metadata.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    (chunk,) = [one for one in columns if one.path_in_schema == "initial_contact_s"]
    content[chunk.data_page_offset + chunk.total_compressed_size - 20] ^= 1
    path.write_bytes(content)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.glob(f"*/*/*{OLD}/*.parquet")}


@pytest.mark.parametrize("how", ["flipped strides", "cut runs", "no strides"])
def test_a_damaged_part_of_an_older_version_is_left_and_named(how: str, tmp_path: Path) -> None:
    versions(tmp_path, {OLD: "abc", NEW: "abd"})
    before = damage(tmp_path, how)
    for _ in range(2):  # it is named each time
        _, (warning,) = plan_of(tmp_path, found_of("a"), drop=True)
        (name,) = {path.rpartition(os.sep)[2] for path in before}
        assert f"parameters_sha256={OLD}/{name}" in warning
        assert "may still hold rows of what is gone" in warning
        assert "removed" not in warning
        assert files_of(tmp_path) == before
    assert sources_of(tmp_path, NEW) == {"a"}


def test_a_damaged_part_that_is_there_twice_is_left_too(tmp_path: Path) -> None:
    """A kill leaves an old part and its smaller copy: neither stops the look at what is there."""
    versions(tmp_path, {OLD: "abc", NEW: "a"})
    old = files_of(tmp_path)
    with open_dataset(open_out(str(tmp_path)), "1", OLD, "study") as dataset:
        dataset.drop("c")
    for path in files_of(tmp_path):
        if "strides" in path:
            flip(Path(path))
    for path, content in old.items():
        Path(path).write_bytes(content)
    before = files_of(tmp_path)
    assert len(before) == 4
    _, warnings = plan_of(tmp_path, found_of("abc"), drop=True)
    assert warnings == ()  # the copy holds nothing of its own, and goes
    assert files_of(tmp_path) == old


def test_a_damaged_part_that_shares_a_recording_with_another_is_left(tmp_path: Path) -> None:
    """Two writers that could not see each other leave a recording twice; to make it one reads the smaller."""
    versions(tmp_path / "out", {OLD: "abc", NEW: "ax"})
    versions(tmp_path / "other", {OLD: "cd"})
    damage(tmp_path / "other", "flipped strides")
    shutil.copytree(tmp_path / "other", tmp_path / "out", dirs_exist_ok=True)
    smaller = files_of(tmp_path / "other").values()
    _, (warning,) = plan_of(tmp_path / "out", found_of("a"), drop=True)
    assert "may still hold rows of what is gone" in warning
    assert set(smaller) <= set(files_of(tmp_path / "out").values())
    assert len(files_of(tmp_path / "out")) == 4
    assert sources_of(tmp_path / "out", OLD) == set("acd")  # c and d in the part that was left
    assert sources_of(tmp_path / "out", NEW) == {"a"}


def test_a_table_of_an_older_version_that_cannot_be_read_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions(tmp_path, {OLD: "abc", NEW: "ab"})
    read = LocalPlace.read

    def away(place: LocalPlace, name: str) -> bytes:
        if OLD in name:
            raise InputError("stale", "")
        return read(place, name)

    monkeypatch.setattr(LocalPlace, "read", away)
    plan, (warning,) = plan_of(tmp_path, found_of("a"), drop=True)
    assert plan.gone == {"b"}
    assert "cannot be read" in warning
    monkeypatch.undo()
    assert sources_of(tmp_path, OLD) == set("abc")
    assert sources_of(tmp_path, NEW) == {"a"}


def test_the_text_does_not_call_removed_what_may_be_there(study: Path, own: Path) -> None:
    run(study)
    run(study, own)
    (study / "athlete=3" / "b.csv").unlink()
    for path in (study.parent / "out").glob("runs/*/*/*.parquet"):
        if json.loads((study.parent / "out" / "cohort.json").read_text())["parameters_sha256"] not in str(
            path
        ):
            path.write_bytes(path.read_bytes()[:-9])
    report = run(study, own, drop=True)
    assert (report.n_gone, len(report.warnings)) == (1, 1)
    assert "their rows were removed (but see above)" in cohort_text(report, 5)


# --- behind a link, or where nobody may look --------------------------------------------------------


@pytest.mark.parametrize("why", ["not_listed", "linked"])
def test_what_may_be_where_nobody_looks_is_not_gone(why: str, tmp_path: Path) -> None:
    with open_dataset(open_out(str(tmp_path)), "1", OLD, "study") as dataset:
        dataset.append(concat([made(source) for source in ("x", "away/1", "away", "away2/1")]))
    with open_dataset(open_out(str(tmp_path)), "1", NEW, "study") as dataset:
        dataset.append(concat([made(source) for source in ("x", "away/2")]))
    plan, _ = plan_of(tmp_path, found_of("x", **{why: ("away/",)}))
    assert plan.gone == {"away2/1"}
    assert plan.behind_links == ({"away", "away/1", "away/2"} if why == "linked" else set())


@LINKS
@pytest.mark.parametrize("there", [True, False])
def test_a_folder_behind_a_link_is_not_gone(there: bool, study: Path, own: Path) -> None:
    run(study)
    run(study, own)
    before = stored(study)
    (study / "athlete=3").rename(study.parent / "disk")
    (study / "athlete=3").symlink_to(study.parent / "disk", target_is_directory=True)
    if not there:
        (study.parent / "disk").rename(study.parent / "away")
    report = run(study)
    assert (report.n_gone, report.linked) == (0, ("athlete=3/",))
    assert report.passed_over == {}
    with pytest.raises(InputError, match=r"Where athlete=3/b\.csv was there is a link") as told:
        run(study, drop=True)
    assert "Nothing was removed" in told.value.what_to_do
    assert stored(study) == before
    (study / "athlete=3").unlink()
    assert run(study, drop=True).n_gone == 1
    assert all_stored(study) == {"a.csv"}


@LINKS
def test_a_link_that_nothing_lay_behind_is_no_obstacle(study: Path) -> None:
    (study / "latest").symlink_to(study / "athlete=3", target_is_directory=True)
    (study / "notes.pdf").symlink_to(study.parent / "nowhere")
    run(study)
    (study / "athlete=3" / "b.csv").unlink()
    report = run(study, drop=True)
    assert (report.n_gone, report.linked) == (1, ("latest/", "notes.pdf/"))
    assert all_stored(study) == {"a.csv"}


@LINKS
def test_a_link_that_leads_nowhere_is_listed_and_a_device_is_not(tmp_path: Path) -> None:
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    (tmp_path / "away.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".hidden.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "to a pipe.csv").symlink_to(tmp_path / "pipe.csv")
    put(tmp_path / "there.csv")
    found = find_inputs(open_place(str(tmp_path)))
    assert [one.source for one in found.inputs] == ["away.csv", "round.csv", "there.csv"]
    assert (found.linked, found.not_listed, found.passed_over) == ((), (), {})


# --- away for a while -------------------------------------------------------------------------------


def replaced(folder: Path, *rows: Rows, superseded: dict[str, list[str]] | None = None) -> Dataset:
    with open_dataset(open_out(str(folder)), "1", NEW, "study") as dataset:
        dataset.replace(concat(rows), superseded or {})
        return dataset


def test_a_fault_that_may_pass_takes_no_rows_away(tmp_path: Path) -> None:
    replaced(tmp_path, made("a"), made("b"), made("c", kind="lasting"))
    strides = Dataset(open_out(str(tmp_path)), "1", NEW)
    assert strides.done() == {"a": "1", "b": "1", "c": "1"}
    bad = [made("a", "2", "passing"), made("b", "2", "lasting"), made("c", "2", "passing")]
    dataset = replaced(tmp_path, *bad, made("d", kind="passing"), made("e"))
    assert dataset.n_kept == 1
    assert dataset.done() == {"a": "1", "b": "2", "e": "1"}  # so a, c and d are done again
    assert dataset.with_status("failed") == {"b", "c", "d"}
    assert stride_counts(tmp_path) == {"a": len(made("a").strides), "e": len(made("e").strides)}
    assert replaced(tmp_path, made("a", "3")).n_kept == 0
    assert stride_counts(tmp_path)["a"] == len(made("a", "3").strides) != len(made("a").strides)


def test_a_fault_under_a_new_name_takes_the_rows_of_the_old_one_not_away(tmp_path: Path) -> None:
    replaced(tmp_path, made("slow.csv.gz"))
    renamed = {"slow.csv": ["slow.csv.gz"]}
    dataset = replaced(tmp_path, made("slow.csv", kind="passing"), superseded=renamed)
    assert dataset.done() == {"slow.csv.gz": "1"}
    assert dataset.sources() == {"slow.csv", "slow.csv.gz"}
    assert replaced(tmp_path, made("slow.csv"), superseded=renamed).done() == {"slow.csv": "1"}
    assert set(stride_counts(tmp_path)) == {"slow.csv"}


def stride_counts(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in folder.glob("strides/*/*/*.parquet"):
        for source in pq.ParquetFile(path).read(use_threads=False)["source"].to_pylist():
            found[source] = found.get(source, 0) + 1
    return found


@LINKS
def test_a_recording_that_is_away_keeps_its_rows_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As git-annex leaves it without the content: a link that leads nowhere."""
    study, out = tmp_path / "study", tmp_path / "out"
    table, content = study / "imu.parquet", tmp_path / "content"
    study.mkdir()
    content.write_bytes((SAMPLES / "hard_landings_accelerometer_only" / "imu.parquet").read_bytes())
    table.symlink_to(content)
    meta = SAMPLES / "hard_landings_accelerometer_only" / "meta.json"
    (study / "meta.json").write_bytes(meta.read_bytes())
    assert run(study).n_analysed == 1
    before = {path: path.read_bytes() for path in out.rglob("*.parquet")}
    content.rename(tmp_path / "dropped")
    command = ["cohort", str(study), "--out", str(out), "--engine", "serial"]
    assert main([*command, "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert (report["n_failed"], report["n_gone"], report["linked"]) == (1, 0, [])
    assert report["failures"][0]["source"] == "."
    assert "Rows of before stay for 1 recording" in report["warnings"][0]
    assert {path: path.read_bytes() for path in out.rglob("*.parquet")} == before
    assert main([*command, "--drop-gone"]) == 3
    assert "No such file" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in out.rglob("*.parquet")} == before
    (tmp_path / "dropped").rename(content)
    report_after = run(study)
    assert (report_after.n_before, report_after.n_failed) == (1, 0)
