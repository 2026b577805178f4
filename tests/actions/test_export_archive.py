"""Everything as one archive: other programs open it, and only what was asked for is in it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import stat
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pfp_sensors.actions.export_archive import export_archive
from pfp_sensors.actions.export_history import exported_history
from pfp_sensors.actions.export_request import ExportRequest
from pfp_sensors.actions.export_tables import export_samples, export_strides
from pfp_sensors.actions.restore import restore
from pfp_sensors.errors import InputError, RefusedError, UsageError
from pfp_sensors.formats.history import read_history_file
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.formats.runs_table import read_runs_table
from pfp_sensors.formats.strides_table import COLUMNS
from pfp_sensors.model.diary import Checkin, Pain, Run
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import Positions, WatchRun
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entries
from pfp_sensors.store.watch_files import write_watch

ZONE = timezone(timedelta(hours=2))
START = datetime(2026, 10, 1, 7, tzinfo=ZONE)
AT = START + timedelta(days=20)
SAMPLE = Path(__file__).resolve().parents[2] / "recordings" / "easy_run"
LATITUDE = 12.345678
KEPT = "runs/20261001-070000"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home: a run with recording and watch, one whose recording is gone, two without a sensor."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    shutil.copytree(SAMPLE, home / KEPT)
    seconds = np.arange(60.0)
    watch = WatchRun(
        source=Source("watch.fit", "ef" * 32, "fit"),
        start=START,
        time_s=seconds,
        channels={"heart_rate_bpm": np.where(seconds < 3, np.nan, 140.0), "dev:Power": seconds},
        units={"dev:Power": "W"},
        positions=Positions(seconds, np.full(60, LATITUDE), np.full(60, 98.765432)),
    )
    write_watch(home / KEPT, watch)
    runs = (
        Run("r1", START, km=0.4, minutes=2.5, recording=KEPT, watch=f"{KEPT}/watch.parquet", synthetic=True),
        Run("gone", START + timedelta(days=1), minutes=20.0, recording="runs/20261002-070000"),
        Run("R1", START + timedelta(days=2), km=4.0, minutes=26.0, source="typed", note="by the river"),
        Run("../odd: run", date(2026, 10, 5), minutes=20.0),
    )
    entries = (
        *runs,
        Pain("during", 3, START, knee="left", run="r1"),
        Checkin(START, {"sleep_h": 7.0, "note": "by the river"}),
    )
    with contextlib.closing(open_diary(home)) as diary:
        add_entries(diary, entries, at=START)
    return home


@pytest.fixture(scope="module")
def whole(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export all with everything that can be asked for."""
    path = tmp_path_factory.mktemp("out") / "all.zip"
    export_archive(ExportRequest(home, path, AT, notes=True, samples=True, positions=True))
    return path


def table(file: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read(name).decode("utf-8"), newline="")))


def test_the_archive_is_whole_private_and_safe_to_unpack(whole: Path) -> None:
    assert stat.S_IMODE(whole.stat().st_mode) == 0o600
    assert [one.name for one in whole.parent.iterdir()] == ["all.zip"]
    with zipfile.ZipFile(whole) as file:
        assert file.testzip() is None
        names = file.namelist()
    assert not [name for name in names if name.startswith(("/", ".")) or ".." in name or ":" in name]
    assert len({name.lower() for name in names}) == len(names)
    if shutil.which("unzip"):
        assert subprocess.run(["unzip", "-tq", whole], check=False, capture_output=True).returncode == 0


def test_the_diary_is_in_it_and_comes_back(home: Path, whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(whole) as file:
        file.extractall(tmp_path)
    history = exported_history(home)
    assert read_history_file(tmp_path / "history.json") == history
    found = read_runs_table(tmp_path / "runs.csv")
    assert found.runs == tuple(sorted(history.runs, key=lambda run: str(run.start)))
    assert found.pain == (Pain("during", 3, START, knee="left", run="r1"),)
    days = pd.read_csv(tmp_path / "wellness.csv")
    assert days["sleepSecs"].tolist() == [25200.0]
    bundle = json.loads((tmp_path / "pain-fhir.json").read_text())
    assert [one["resource"]["valueQuantity"]["value"] for one in bundle["entry"]] == [3]


def test_each_run_has_its_files(home: Path, whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(whole) as file:
        file.extractall(tmp_path)
        strides = table(file, "strides.csv")
        watch = table(file, "watch/r1.csv")
        places = table(file, "positions/r1.csv")
    assert list(strides[0]) == ["run", *COLUMNS]
    assert {row["run"] for row in strides} == {"r1"}
    assert {row["synthetic"] for row in strides} == {"true"}
    assert len(strides) > 100
    assert watch[2] == {"time_s": "2.0", "heart_rate_bpm": "", "dev:Power (W)": "2.0"}
    assert len(watch) == 60
    assert places[0] == {"time_s": "0.0", "latitude_deg": str(LATITUDE), "longitude_deg": "98.765432"}
    (samples,) = read_recording_file(tmp_path / "samples" / "r1.parquet").recordings
    (stored,) = read_recording_file(home / KEPT).recordings
    np.testing.assert_array_equal(samples.acc_g, stored.acc_g)
    assert samples.synthetic


def test_fit_files_are_those_of_the_runs_and_open(whole: Path) -> None:
    fitdecode = pytest.importorskip("fitdecode", reason="fitdecode is not installed")
    pytest.importorskip("fit_tool", reason="fit-tool is not installed")
    with zipfile.ZipFile(whole) as file:
        names = [name for name in file.namelist() if name.startswith("fit/")]
        assert names == ["fit/r1.fit", "fit/R1-2.fit"]
        with fitdecode.FitReader(io.BytesIO(file.read("fit/R1-2.fit"))) as reader:
            messages = [one for one in reader if isinstance(one, fitdecode.FitDataMessage)]
    assert [one.get_value("total_distance") for one in messages if one.name == "session"] == [4000.0]


def test_the_readme_explains_every_file_and_column_and_what_is_missing(whole: Path) -> None:
    with zipfile.ZipFile(whole) as file:
        readme = file.read("README.md").decode("utf-8")
        names = file.namelist()
        tables = {name: list(table(file, name)[0]) for name in ("runs.csv", "strides.csv", "wellness.csv")}
    for name in names:
        place = name.partition("/")[0] + "/" if "/" in name else name
        assert f"## {place}" in readme or name == "README.md"
    for columns in tables.values():
        for column in columns:
            assert f"- `{column}`: " in readme
    missing = readme.partition("## Left out")[2]
    assert "20261002-070000" in missing
    assert "../odd: run" in missing
    assert "health data" in readme


def test_places_samples_and_words_go_along_only_if_asked_for(home: Path, tmp_path: Path) -> None:
    done = export_archive(ExportRequest(home, tmp_path / "all.zip", AT))
    assert done.runs == 4
    with zipfile.ZipFile(tmp_path / "all.zip") as file:
        assert tuple(file.namelist()) == done.files
        assert not [name for name in done.files if name.startswith(("positions", "samples"))]
        content = {name: file.read(name) for name in done.files}
    assert not [name for name, data in content.items() if str(LATITUDE).encode() in data]
    assert [name for name, data in content.items() if b"by the river" in data] == ["history.json"]


def test_nothing_is_left_behind_where_it_cannot_be_written(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.zip"
    path.write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        export_archive(ExportRequest(home, path, AT))
    with pytest.raises(UsageError, match=r"ending in \.zip"):
        export_archive(ExportRequest(home, tmp_path / "all.tar", AT))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(Exception, match="Make room"):
        export_archive(ExportRequest(home, path, AT, replace=True))
    assert path.read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["all.zip"]


def test_strides_of_all_runs_name_those_left_out(home: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    path = tmp_path / "strides.parquet"
    done = export_strides(ExportRequest(home, path, AT, tell=lambda *part: told.append(part)))
    frame = pd.read_parquet(path)
    assert (done.runs, done.rows) == (1, len(frame))
    assert list(frame) == ["run", *COLUMNS]
    running = frame[frame["valid"] & (frame["bout_kind"] == "running")]
    assert running["cadence_spm"].between(150, 170).all()
    assert frame["valid"].dtype == np.bool_
    assert [number for number, _, _ in told] == [0, 1]
    assert "20261002-070000" in done.notes[0]


def test_a_run_whose_recording_is_gone_or_another_is_refused(home: Path, tmp_path: Path) -> None:
    gone = ExportRequest(home, tmp_path / "s.csv", AT, run="gone")
    for export in (export_strides, export_samples):
        with pytest.raises(InputError, match="not there any more"):
            export(gone)
        with pytest.raises(UsageError, match="no recording here"):
            export(replace(gone, run="../odd: run"))
    with pytest.raises(UsageError, match="no sensor on the left"):
        export_samples(replace(gone, run="r1", sensor="left"))
    assert not list(tmp_path.iterdir())


def test_accelerations_without_gravity_are_not_passed_on_as_measured(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = read_recording_file(home / KEPT)
    free = replace(file, recordings=tuple(replace(one, acceleration="free") for one in file.recordings))
    monkeypatch.setattr("pfp_sensors.actions.export_tables.recording_of_run", lambda *_: free)
    with pytest.raises(RefusedError, match="gravity"):
        export_samples(ExportRequest(home, tmp_path / "s.csv", AT, run="r1"))


def test_the_archive_is_restored_by_its_history_and_refused_as_a_recording(
    home: Path, whole: Path, tmp_path: Path
) -> None:
    done = restore(whole, tmp_path / "new", AT)
    assert (done.from_backup, done.runs) == (False, 4)
    assert any("history.json" in note for note in done.notes)
    assert exported_history(tmp_path / "new").runs == exported_history(home).runs
    with pytest.raises(InputError, match="archive of everything") as caught:
        read_recording_file(whole)
    assert f"pfp restore {whole}" in caught.value.what_to_do


def test_a_damaged_history_in_the_archive_changes_nothing(whole: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"{" if name == "history.json" else old.read(name))
    with pytest.raises(InputError, match=r"broken\.zip, history\.json: not JSON"):
        restore(broken, tmp_path / "new", AT)
    assert not (tmp_path / "new").exists()
