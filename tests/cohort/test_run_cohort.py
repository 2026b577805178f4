"""A whole cohort: the same rows from every engine, nothing lost or doubled by kills, changes and deaths."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from made_cohort import FAILED, GOOD, REFUSED, SAMPLES, SOURCES, TWO_LEGS, make_cohort

from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.cli import main
from pfp_sensors.cohort.local_place import LocalPlace
from pfp_sensors.cohort.run import run_cohort
from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.model.cohort import CohortOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = tuple[Any, ...]

GENTLY = ["nice", "-n", "5"] if shutil.which("nice") else []
"""Several processes at once would take the time from tests beside these that watch a clock."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cohort(tmp_path_factory.mktemp("cohort") / "study")


@pytest.fixture(scope="module")
def serial(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("serial") / "out"
    report = run_cohort(str(tree), str(out), CohortOptions("serial"))
    assert (report.n_inputs, report.n_analysed) == (len(SOURCES), len(GOOD) + 1)
    assert (report.n_refused, report.n_failed) == (len(REFUSED), len(FAILED))
    return out


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Run two Dask workers in processes of their own behind an address."""
    code = (
        "import sys\nfrom distributed import LocalCluster\nif __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None,\n"
        "                      host='127.0.0.1') as c:\n"
        "        print(c.scheduler_address, flush=True)\n        sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [*GENTLY, sys.executable, "-W", "ignore", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate(timeout=120)


def rows(out: Path, table: str) -> list[Row]:
    """Read all rows of a table as tuples in an order of their own; a NaN would be unequal to itself."""
    import pyarrow.dataset as ds

    found = ds.dataset(out / table, partitioning="hive").to_table()
    names = sorted(found.column_names)
    listed = [tuple(repr(row[name]) for name in names) for row in found.to_pylist()]
    return sorted(listed)


def both(out: Path) -> tuple[list[Row], list[Row]]:
    return rows(out, "strides"), rows(out, "runs")


# --- the same from every engine ---------------------------------------------------------------------


def test_every_input_has_its_rows(serial: Path, tree: Path) -> None:
    import pandas as pd

    runs = pd.read_parquet(serial / "runs").set_index("source")
    assert sorted(set(runs.index)) == list(SOURCES)
    assert list(runs.loc[TWO_LEGS, "side"]) == ["left", "right"]
    assert set(runs.loc[list(FAILED), "status"]) == {"failed"}
    assert set(runs.loc[list(REFUSED), "status"]) == {"refused"}
    assert runs.loc[list(FAILED), "failure"].str.len().min() > 10
    assert not runs.loc[list(FAILED), "failure"].str.contains(str(tree), regex=False).any()
    assert runs.loc[TWO_LEGS, "athlete"].tolist() == ["3", "3"]


def test_rows_are_those_of_analyze(serial: Path, tree: Path) -> None:
    import pandas as pd

    strides = pd.read_parquet(serial / "strides")
    runs = pd.read_parquet(serial / "runs").set_index("source")
    for source in (*GOOD, TWO_LEGS):
        analysis = analyze_file(tree / source)
        mine = strides[strides["source"] == source]
        assert len(mine) == sum(len(leg.strides) for leg in analysis.legs)
        first = analysis.legs[0].summary
        row = runs.loc[[source]].iloc[0]
        assert first.cadence_spm is not None
        assert row["cadence_spm"] == first.cadence_spm.median
        assert row["sha256"] == analysis.provenance.source.sha256


@pytest.mark.parametrize("engine", ["pool", "dask"])
def test_pool_and_dask_give_the_same_rows(
    engine: str, tree: Path, serial: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue("cluster") if engine == "dask" else None
    options = CohortOptions(engine, address, None if address else 2)  # type: ignore[arg-type]
    report = run_cohort(str(tree), str(tmp_path / "out"), options)
    assert (report.engine, report.workers) == (engine, 2)
    assert both(tmp_path / "out") == both(serial)


def test_a_remote_tree_and_result_give_the_same_rows(tree: Path, serial: Path, tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.put(str(tree), "/remote-study", recursive=True)
    try:
        run_cohort("memory://remote-study", "memory://remote-out", CohortOptions("serial"))
        memory.get("/remote-out", str(tmp_path / "out"), recursive=True)
    finally:
        memory.rm("/remote-study", recursive=True)
        memory.rm("/remote-out", recursive=True)
    assert rows(tmp_path / "out", "strides") == rows(serial, "strides")
    drop = sorted_without_stamp
    assert drop(tmp_path / "out") == drop(serial)


def sorted_without_stamp(out: Path) -> list[str]:
    import pandas as pd

    runs = pd.read_parquet(out / "runs").drop(columns="stamp")
    return sorted(repr(row) for row in runs.astype(object).where(runs.notna(), None).itertuples(index=False))


# --- what is done is not done again -----------------------------------------------------------------


def test_again_does_nothing_and_a_change_does_one(tree: Path, serial: Path, tmp_path: Path) -> None:
    study, out = copied(tree, serial, tmp_path)
    before = both(out)
    report = run_cohort(str(study), str(out))
    assert (report.n_before, report.n_analysed, report.engine) == (len(SOURCES), 0, "none")
    assert both(out) == before
    fast = study / "plain" / "fast.csv"
    fast.write_bytes(fast.read_bytes()[: fast.stat().st_size * 3 // 4].rpartition(b"\n")[0])
    (study / "plain" / "slow.csv.gz").unlink()
    report = run_cohort(str(study), str(out))
    assert (report.n_before, report.n_analysed, report.n_gone) == (len(SOURCES) - 2, 1, 1)
    after = both(out)
    assert len(after[1]) == len(before[1])
    assert len(after[0]) < len(before[0])


def test_another_tree_is_refused(tree: Path, serial: Path, tmp_path: Path) -> None:
    other = make_cohort(tmp_path / "other")
    with pytest.raises(UsageError, match="--out"):
        run_cohort(str(other), str(serial))


def test_a_folder_of_somebody_else_is_refused(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError):
        run_cohort(str(tree), str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_nothing_to_analyse_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.pdf").write_bytes(b"%PDF")
    with pytest.raises(InputError, match=r"no recording among 1 \.pdf"):
        run_cohort(str(tmp_path / "in"), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_other_settings_stand_beside(tree: Path, serial: Path, tmp_path: Path) -> None:
    out, config = tmp_path / "out", tmp_path / "own.toml"
    shutil.copytree(serial, out)
    before = both(out)
    config.write_text("[signal.quality]\nbaseline_min_steps = 50\n", encoding="utf-8")
    report = run_cohort(str(tree), str(out), CohortOptions("serial", config=config))
    assert report.n_before == 0
    kept = list((out / "runs").glob("method=*/parameters_sha256=*"))
    assert len(kept) == 2
    assert len(both(out)[1]) == 2 * len(before[1])


def test_rows_of_what_is_gone_go_in_every_version_where_asked(tree: Path, tmp_path: Path) -> None:
    study, out, config = tmp_path / "study", tmp_path / "out", tmp_path / "own.toml"
    shutil.copytree(tree, study)
    config.write_text("[signal.quality]\nbaseline_min_steps = 50\n", encoding="utf-8")
    for given in (None, config):
        run_cohort(str(study), str(out), CohortOptions("serial", config=given))
    (study / "plain" / "fast.csv").unlink()
    report = run_cohort(str(study), str(out))
    assert (report.n_gone, report.dropped_gone) == (1, False)
    assert pd_sources(out).count("plain/fast.csv") == 2
    with pytest.raises(UsageError, match="whole"):
        run_cohort(str(study / "plain" / "*"), str(out), CohortOptions(drop_gone=True))
    report = run_cohort(str(study), str(out), CohortOptions(drop_gone=True))
    assert (report.n_gone, report.dropped_gone) == (1, True)
    left = set(SOURCES) - {"plain/fast.csv"}
    assert set(pd_sources(out)) == left
    assert not any("fast.csv" in row for one in rows(out, "strides") for row in one)


# --- kills and deaths -------------------------------------------------------------------------------


SMALL_PARTS = """
import sys
from pfp_sensors.cli import main
from pfp_sensors.cohort import gathered
gathered.PART_INPUTS = 2
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("seed", range(2))
def test_kill_and_resume(seed: int, tree: Path, serial: Path, tmp_path: Path) -> None:
    """Kill the command again and again while it writes, change files between; rows as in one run."""
    study, out = tmp_path / "study", tmp_path / "out"
    names = [f"copy {number}" for number in range(4)]
    for name in names:
        shutil.copytree(tree, study / name)
    files = sorted(path for path in study.rglob("*.csv*"))
    chance = random.Random(seed)
    command = [
        *GENTLY,
        sys.executable,
        "-c",
        SMALL_PARTS,
        "cohort",
        str(study),
        "--out",
        str(out),
        "--workers",
        "2",
    ]
    killed = 0
    for _ in range(3):
        enough = n_parts(out) + chance.randint(1, 2)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and n_parts(out) < enough:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.05)
        killed += process.poll() is None
        process.kill()
        process.wait()
        for path in chance.sample(files, 2):
            os.utime(path, ns=(chance.randint(1, 10**18), chance.randint(1, 10**18)))
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["n_inputs"] == len(names) * len(SOURCES)
    assert killed >= 2  # the last one may have come through
    assert 0 < found["n_before"] < found["n_inputs"]
    assert pd_sources(out) == sorted(f"{name}/{one}" for name in names for one in pd_sources(serial))
    assert len(rows(out, "strides")) == len(names) * len(rows(serial, "strides"))
    assert not [path for path in out.rglob("*") if path.name.startswith(".")]
    again = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert json.loads(again.stdout)["n_before"] == found["n_inputs"]


def n_parts(out: Path) -> int:
    return sum(1 for _ in out.glob("runs/*/*/part-*.parquet"))


def test_rows_stay_until_others_replace_them(tree: Path, serial: Path, tmp_path: Path) -> None:
    """All files are newer, and no engine can be had: nothing is lost."""
    study, out = copied(tree, serial, tmp_path)
    before = both(out)
    for path in study.rglob("*"):
        os.utime(path, (1, 1))
    with pytest.raises(PfpError):
        run_cohort(str(study), str(out), CohortOptions(scheduler="tcp://127.0.0.1:9"))
    assert both(out) == before


def test_a_recording_that_comes_under_another_name_replaces_the_old_one(tmp_path: Path) -> None:
    study, out = tmp_path / "study", tmp_path / "out"
    make_cohort(tmp_path / "made")
    study.mkdir()
    packed = study / "slow.csv.gz"
    packed.write_bytes((tmp_path / "made" / "plain" / "slow.csv.gz").read_bytes())
    run_cohort(str(study), str(out), CohortOptions("serial"))
    n_strides = len(rows(out, "strides"))
    (study / "slow.csv").write_bytes(gzip.decompress(packed.read_bytes()))
    report = run_cohort(str(study), str(out), CohortOptions("serial"))
    assert (report.n_analysed, report.n_gone) == (1, 0)
    assert pd_sources(out) == ["slow.csv"]
    assert len(rows(out, "strides")) == n_strides


def test_one_file_of_a_recording_that_is_there_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "hard_landings_accelerometer_only", tmp_path / "one")
    run_cohort(str(tmp_path / "one"), str(tmp_path / "out"), CohortOptions("serial"))
    with pytest.raises(UsageError, match="belongs to the recording"):
        run_cohort(str(tmp_path / "one" / "imu.parquet"), str(tmp_path / "out"), CohortOptions("serial"))
    assert pd_sources(tmp_path / "out") == ["."]


def test_what_cannot_be_listed_is_not_gone(
    tree: Path, serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, out = copied(tree, serial, tmp_path)
    before = both(out)
    listed = LocalPlace._in

    def stale(place: LocalPlace, folder: str) -> Any:
        if folder == "plain":
            raise InputError("stale", "")
        return listed(place, folder)

    monkeypatch.setattr(LocalPlace, "_in", stale)
    with pytest.raises(InputError, match="may not be read"):
        run_cohort(str(study), str(out), CohortOptions("serial", drop_gone=True))
    assert both(out) == before


def test_the_same_failure_has_the_same_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.csv").write_text("nothing", encoding="utf-8")
    for words in ("1  could not be analysed", "1 could not be analysed)"):
        assert main(["cohort", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 3
        assert words in capsys.readouterr().out


def copied(tree: Path, serial: Path, folder: Path) -> tuple[Path, Path]:
    """Copy the tree and its tables, so that they belong together."""
    study, out = folder / "study", folder / "out"
    shutil.copytree(tree, study)
    shutil.copytree(serial, out)
    facts = json.loads((out / "cohort.json").read_text(encoding="utf-8"))
    (out / "cohort.json").write_text(json.dumps({**facts, "input": str(study)}), encoding="utf-8")
    return study, out


def pd_sources(out: Path) -> list[str]:
    import pandas as pd

    return sorted(pd.read_parquet(out / "runs")["source"])


def test_dead_workers_cost_nothing(tree: Path, serial: Path, tmp_path: Path) -> None:
    """Kill one process of the pool after another while it works, and the server that starts them."""
    import psutil

    study, out = tmp_path / "study", tmp_path / "out"
    names = [f"copy {number}" for number in range(4)]
    for name in names:
        shutil.copytree(tree, study / name)
    command = [
        *GENTLY,
        sys.executable,
        "-m",
        "pfp_sensors",
        "cohort",
        str(study),
        "--out",
        str(out),
        "--workers",
        "2",
    ]
    process = subprocess.Popen(
        [*command, "--engine", "pool"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    killed = 0
    while process.poll() is None:
        workers = [
            one for one in psutil.Process(process.pid).children(recursive=True) if is_worker(one, process)
        ]
        if workers and killed < 3 and process.poll() is None:
            workers[0].kill()
            killed += 1
        time.sleep(0.15)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    assert killed == 3
    assert pd_sources(out) == sorted(f"{name}/{one}" for name in names for one in pd_sources(serial))
    assert len(rows(out, "strides")) == len(names) * len(rows(serial, "strides"))


def is_worker(one: Any, process: subprocess.Popen[bytes]) -> bool:
    """Tell a worker: a child of the server, which is a child of the command."""
    import psutil

    try:
        return one.ppid() != process.pid and one.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
