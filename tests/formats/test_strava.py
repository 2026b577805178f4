"""Strava's bulk export: a made sample, packed by the test."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from pfp_sensors.errors import InputError, RefusedError
from pfp_sensors.formats.archive import MAX_MEMBERS
from pfp_sensors.formats.watch import WatchFiles, is_watch_file, read_watch_files
from tests.made_fit import file_id, fit_file, records, session

SAMPLE = Path(__file__).parent / "samples" / "strava"
TABLE = (SAMPLE / "activities.csv").read_text(encoding="utf-8")


def packed(
    tmp_path: Path, table: str = TABLE, extra: dict[str, bytes] | None = None, folder: str = ""
) -> Path:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}activities.csv", table)
        for name in ("1001.gpx", "1002.tcx", "1003.gpx"):
            data = (SAMPLE / "activities" / name).read_bytes()
            pair = (f"{name}.gz", gzip.compress(data)) if name == "1001.gpx" else (name, data)
            archive.writestr(f"{folder}activities/{pair[0]}", pair[1])
        archive.writestr(f"{folder}media/photo.jpg", b"no picture")
        for name, data in (extra or {}).items():
            archive.writestr(f"{folder}{name}", data)
    return path


@pytest.fixture
def files(tmp_path: Path) -> WatchFiles:
    return read_watch_files(packed(tmp_path))


def test_runs_of_the_sample(files: WatchFiles) -> None:
    assert [(run.source.format, len(run.time_s)) for run in files.runs] == [("gpx", 24), ("tcx", 22)]
    assert files.runs[0].source.path.endswith("export.zip, activities/1001.gpx.gz")
    assert files.notes == (
        "1 activities of other sports were left out.",
        "1 activities were typed in by hand and have no file; they were left out.",
    )


def test_what_cannot_be_read_is_said_and_stops_nothing(files: WatchFiles) -> None:
    ((member, problem),) = files.problems
    assert member.endswith("export.zip, activities/1005.fit.gz")  # as the source of a run is named
    assert "is in the table, not in the archive" in problem.message


def test_totals_come_from_the_second_distance_in_metres(files: WatchFiles) -> None:
    gpx, tcx = files.runs
    assert (gpx.totals.distance_m, gpx.totals.elapsed_s, gpx.totals.ascent_m) == (69.0, 23.0, 2.0)
    assert gpx.notes[-1] == "Totals that its file lacks are from Strava's table."
    assert (tcx.totals.distance_m, tcx.totals.timer_s) == (189.0, 63.0)  # its own


def test_names_and_notes_of_the_table_are_not_kept(files: WatchFiles) -> None:
    assert "Invented" not in repr(files)


def test_a_member_has_the_sha256_of_its_unpacked_bytes(tmp_path: Path, files: WatchFiles) -> None:
    alone = read_watch_files(SAMPLE / "activities/1001.gpx").runs[0]
    assert files.runs[0].source.sha256 == alone.source.sha256


@pytest.mark.parametrize("name", ["activities/1005.fit.gz"])
def test_damaged_and_good_members(tmp_path: Path, name: str) -> None:
    good = gzip.compress(fit_file(file_id(), records(), session()))
    assert len(read_watch_files(packed(tmp_path, extra={name: good})).runs) == 3
    for bad, said in [
        (good[:-40], "end too early"),
        (gzip.compress(b"nothing"), "no file of a watch"),
        (gzip.compress(fit_file(file_id(), session())), "no record with a time"),
        (gzip.compress(b"PK\x03\x04"), "one layer is read"),
    ]:
        files = read_watch_files(packed(tmp_path, extra={name: bad}))
        assert len(files.runs) == 2
        assert said in files.problems[0][1].message


def test_a_run_by_the_table_that_is_a_ride_by_its_file(tmp_path: Path) -> None:
    ride = gzip.compress(fit_file(file_id(), records(), session(2)))
    files = read_watch_files(packed(tmp_path, extra={"activities/1005.fit.gz": ride}))
    assert "of another sport: cycling" in files.problems[0][1].message


def test_a_table_in_another_language_asks_the_files(tmp_path: Path) -> None:
    table = (
        TABLE.replace("Activity Type", "Aktivitätsart").replace(",Run,", ",Lauf,").replace(",Ride,", ",Rad,")
    )
    table = table.replace("Distance", "Distanz").replace("Filename", "Dateiname")
    files = read_watch_files(packed(tmp_path, table))
    assert len(files.runs) == 2
    assert files.notes[0] == "1 activities of other sports were left out."
    assert files.notes[-1] == "The table of the export is not in English: each file was asked for its sport."


def test_a_file_that_does_not_say_its_sport_either(tmp_path: Path) -> None:
    untold = (SAMPLE / "activities/1001.gpx").read_bytes().replace(b"<type>9</type>", b"")
    table = TABLE.replace("Activity Type", "Art").replace("1005.fit", "1005.gpx")
    files = read_watch_files(packed(tmp_path, table, {"activities/1005.gpx.gz": gzip.compress(untold)}))
    assert len(files.runs) == 2
    assert "not in English" in files.problems[0][1].message
    english = TABLE.replace("1005.fit", "1005.gpx")
    told = read_watch_files(packed(tmp_path, english, {"activities/1005.gpx.gz": gzip.compress(untold)}))
    assert told.runs[-1].sport == "running"


@pytest.mark.parametrize("name", ["../../evil.fit", "/etc/activities/1.fit", "../activities/1.fit"])
def test_a_file_outside_of_the_archive_is_left_out_as_unsafe(tmp_path: Path, name: str) -> None:
    files = read_watch_files(packed(tmp_path, TABLE.replace("activities/1002.tcx", name)))
    assert files.notes[1] == "1 activities were typed in by hand and have no file; they were left out."
    assert files.notes[2].startswith("1 activities were left out as unsafe")
    assert name in files.notes[2]
    assert len(files.problems) == 1


def test_a_file_of_another_kind_is_a_problem(tmp_path: Path) -> None:
    files = read_watch_files(packed(tmp_path, TABLE.replace("1002.tcx", "1002.json")))
    assert "activities/1002.json is no file that is read" in files.problems[0][1].message


def test_in_a_folder_of_its_own(tmp_path: Path) -> None:
    path = packed(tmp_path, folder="export_1/")
    assert is_watch_file(path)
    assert len(read_watch_files(path).runs) == 2


def test_a_bomb_among_the_activities(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<gpx>" + b" " * 30_000_000)
    files = read_watch_files(packed(tmp_path, extra={"activities/1005.fit.gz": bomb}))
    assert len(files.runs) == 2
    assert "bytes unpacked so far" in files.problems[0][1].message


def test_names_that_lead_out_are_left_out(tmp_path: Path) -> None:
    table = TABLE.replace("activities/1005.fit.gz", "../activities/1005.fit.gz")
    run = gzip.compress(fit_file(file_id(), records(), session()))
    files = read_watch_files(packed(tmp_path, table, {"../activities/1005.fit.gz": run}))
    assert len(files.runs) == 2
    assert any("unsafe names" in note for note in files.notes)


def test_other_archives_are_no_export(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Accelerometer.csv", "time,x\n")
    assert not is_watch_file(path)
    with pytest.raises(InputError, match=r"without activities\.csv"):
        read_watch_files(path)


@pytest.mark.parametrize("table", ["", "Activity ID,Filename\n1,photo.jpg\n", 'a,"b\n'])
def test_a_table_that_names_no_file(tmp_path: Path, table: str) -> None:
    with pytest.raises(InputError, match=r"activities\.csv"):
        read_watch_files(packed(tmp_path, table))


def test_an_export_without_any_run_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    head, *rows = TABLE.splitlines(keepends=True)
    rides = head + "".join(row.replace(",Run,", ",Ride,") for row in rows)
    with pytest.raises(RefusedError, match=r"no run\. [45] activities of other sports were left out"):
        read_watch_files(packed(tmp_path, rides))


def test_photos_do_not_count_against_the_limit_of_members(tmp_path: Path) -> None:
    photos = {f"media/{k}.jpg": b"" for k in range(MAX_MEMBERS)}
    path = packed(tmp_path, extra=photos)
    assert is_watch_file(path)
    assert len(read_watch_files(path).runs) == 2
    many = packed(tmp_path, extra={f"activities/{k}.gpx": b"" for k in range(9000, 9000 + MAX_MEMBERS)})
    with pytest.raises(InputError, match=r"holds 2004 members"):
        read_watch_files(many)
