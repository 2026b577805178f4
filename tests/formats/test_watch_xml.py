"""TCX and GPX files: made samples from the documented layouts, and the real one beside the repository."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError, RefusedError
from pfp_sensors.formats.watch import is_watch_file, read_watch_files

if TYPE_CHECKING:
    from pfp_sensors.model.watch import WatchRun

SAMPLES = Path(__file__).parent / "samples"
TCX = SAMPLES / "tcx" / "two_laps.tcx"
GPX = SAMPLES / "gpx" / "garmin_connect.gpx"


def run_of(path: Path, **options: bool) -> WatchRun:
    (run,) = read_watch_files(path, **options).runs
    return run


def changed(tmp_path: Path, sample: Path, *changes: tuple[str, str]) -> Path:
    text = sample.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / sample.name
    path.write_text(text, encoding="utf-8")
    return path


# --- TCX ------------------------------------------------------------------------------------------


def test_the_real_tcx(shared_data: Path) -> None:
    run = run_of(shared_data / "watch_files" / "20120611_run_garmin_fr405cx.tcx")
    assert (len(run.time_s), run.time_s[-1], len(run.laps)) == (252, 1467.0, 1)
    assert (run.device, run.sport, run.totals.timer_s) == ("Forerunner 405CX", "running", 1305.56)
    assert run.totals.distance_m == pytest.approx(4028.15, abs=0.01)
    assert np.nanmax(run.channels["distance_m"]) == pytest.approx(4028.1, abs=10)
    assert int(np.isnan(run.channels["distance_m"]).sum()) == 9
    assert "cadence_spm" not in run.channels
    assert [round(pause.end_s - pause.start_s) for pause in run.pauses] == [23, 128]
    assert run.notes == ("The file tells no speed; it was computed from the distance, over 10 s.",)


def test_made_tcx() -> None:
    run = run_of(TCX)
    assert len(run.time_s) == 22
    assert (run.device, run.totals.distance_m, run.totals.timer_s) == ("Garmin Forerunner 0", 189.0, 63.0)
    assert sorted(set(run.channels["cadence_spm"])) == [166.0, 168.0, 170.0]
    assert [(lap.start_s, lap.end_s, lap.distance_m) for lap in run.laps] == [(0, 30, 90), (30, 63, 99)]
    assert [(pause.start_s, pause.end_s) for pause in run.pauses] == [(45.0, 120.0)]
    assert np.flatnonzero(np.isnan(run.channels["distance_m"])).tolist() == [4]
    assert np.flatnonzero(np.isnan(run.channels["altitude_m"])).tolist() == [0, 1]
    assert "one leg's, and doubled" in run.notes[0]


def test_private_words_and_numbers_are_not_kept() -> None:
    for path in (TCX, GPX):
        text = repr(run_of(path, keep_positions=True))
        assert "nobody" not in text
        assert "4711004711" not in text


def test_steps_of_both_feet_in_tcx_are_taken_as_they_are(tmp_path: Path) -> None:
    path = changed(tmp_path, TCX, *((f"<RunCadence>{n}<", f"<RunCadence>{2 * n}<") for n in (83, 84, 85)))
    run = run_of(path)
    assert sorted(set(run.channels["cadence_spm"])) == [166.0, 168.0, 170.0]
    assert "as steps of both feet" in run.notes[0]


def test_a_distance_that_starts_again_with_each_lap(tmp_path: Path) -> None:
    path = changed(tmp_path, TCX, *((f">{90 + 9 * k}.00<", f">{9 * k}.00<") for k in range(1, 6)))
    run = run_of(path)
    assert np.nanmin(np.diff(run.channels["distance_m"][5:])) >= 0
    assert any("started again" in note for note in run.notes)


@pytest.mark.parametrize("word", ["Biking", "Swimming", "Walking"])
def test_other_sports_in_tcx(tmp_path: Path, word: str) -> None:
    with pytest.raises(RefusedError, match=f"of another sport: {word.lower()}"):
        read_watch_files(changed(tmp_path, TCX, ('Sport="Running"', f'Sport="{word}"')))


def test_other_is_read_with_a_note(tmp_path: Path) -> None:
    run = run_of(changed(tmp_path, TCX, ('Sport="Running"', 'Sport="Other"')))
    assert run.sport == "unknown"


# --- GPX ------------------------------------------------------------------------------------------


def test_made_gpx() -> None:
    run = run_of(GPX)
    assert (len(run.time_s), run.device, run.sport) == (30, "Garmin Connect", "running")
    distance = run.channels["distance_m"]
    assert distance[14] == pytest.approx(84.0, abs=0.2)
    assert distance[15] == distance[14]
    assert distance[-1] == pytest.approx(168.0, abs=0.4)
    assert float(np.median(run.channels["speed_mps"])) == pytest.approx(3.0, abs=0.05)
    assert float(np.median(run.channels["cadence_spm"])) in (168.0, 170.0)
    assert [(pause.start_s, pause.end_s) for pause in run.pauses] == [(28.0, 90.0)]
    assert [note.split(";")[0] for note in run.notes] == [
        "The file does not say what its cadence counts",
        "The file tells no distance",
        "The file tells no speed",
    ]
    assert run.positions is None


def test_stravas_number_for_a_run_and_for_a_ride() -> None:
    assert run_of(SAMPLES / "gpx/strava_type_9.gpx").channels["cadence_spm"][0] == 172.0
    with pytest.raises(RefusedError, match="cycling"):
        read_watch_files(SAMPLES / "strava/activities/1003.gpx")


def test_steps_of_both_feet_in_gpx() -> None:
    run = run_of(SAMPLES / "gpx/steps_of_both_feet.gpx")
    assert run.channels["cadence_spm"][0] == 172.0
    assert "as steps of both feet" in run.notes[0]


@pytest.mark.parametrize(
    ("name", "sport"), [("Laufen", "unknown"), ("trail_running", "running"), ("", "unknown")]
)
def test_free_words_for_the_sport(tmp_path: Path, name: str, sport: str) -> None:
    assert run_of(changed(tmp_path, GPX, ("<type>running<", f"<type>{name}<"))).sport == sport


def test_a_planned_route_has_no_times(tmp_path: Path) -> None:
    path = changed(tmp_path, GPX, ("<time>", "<cmt>"), ("</time>", "</cmt>"))
    with pytest.raises(InputError, match="no point of a run with a time"):
        read_watch_files(path)


def test_a_leap_of_the_position_is_no_distance(tmp_path: Path) -> None:
    old = GPX.read_text(encoding="utf-8").split('lat="')[8].split('"')[0]
    run = run_of(changed(tmp_path, GPX, (f'lat="{old}"', 'lat="5.0"')))
    assert run.channels["distance_m"][-1] < 170.0
    assert any("2 leaps" in note for note in run.notes)


@pytest.mark.parametrize("name", ["20210507_run_garmin_fenix_6.fit", "20210507_run_coros_pace_2.fit"])
def test_the_distance_of_positions_is_the_watchs(shared_data: Path, tmp_path: Path, name: str) -> None:
    told = run_of(shared_data / "watch_files" / name, keep_positions=True)
    assert told.positions is not None
    places = zip(
        told.positions.time_s, told.positions.latitude_deg, told.positions.longitude_deg, strict=True
    )
    points = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><time>2001-02-03T{4 + int(t) // 3600:02d}:'
        f"{int(t) // 60 % 60:02d}:{int(t) % 60:02d}Z</time></trkpt>"
        for t, lat, lon in places
    )
    path = tmp_path / "positions.gpx"
    path.write_text(f"<gpx><trk><type>run</type><trkseg>{points}</trkseg></trk></gpx>", encoding="utf-8")
    metres = np.nanmax(run_of(path).channels["distance_m"])
    assert metres == pytest.approx(np.nanmax(told.channels["distance_m"]), rel=0.02)


def test_times_without_a_zone_are_said(tmp_path: Path) -> None:
    run = run_of(changed(tmp_path, GPX, (".000Z</time>", "</time>")))
    assert any("30 times had no zone" in note for note in run.notes)


def test_two_tracks_a_day_apart_are_two_runs(tmp_path: Path) -> None:
    text = GPX.read_text(encoding="utf-8")
    track = text[text.index("  <trk>") : text.index("</gpx>")]
    path = tmp_path / "two.gpx"
    path.write_text(text.replace("</gpx>", track.replace("2001-02-03", "2001-02-04") + "</gpx>"), "utf-8")
    assert [len(run.time_s) for run in read_watch_files(path).runs] == [30, 30]


# --- both -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", [TCX, GPX])
def test_a_file_cut_short_gives_the_points_before(tmp_path: Path, sample: Path) -> None:
    data = sample.read_bytes()
    path = tmp_path / sample.name
    path.write_bytes(data[: len(data) * 2 // 3])
    run = run_of(path)
    assert 10 < len(run.time_s) < 25
    assert "damaged or cut short" in run.notes[0]


@pytest.mark.parametrize("sample", [TCX, GPX])
@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_declared_entities_are_refused(tmp_path: Path, sample: Path, declared: str) -> None:
    text = sample.read_text(encoding="utf-8")
    end = text.index("?>") + 2
    path = tmp_path / sample.name
    path.write_text(text[:end] + declared + text[end:], encoding="utf-8")
    with pytest.raises(InputError, match="declares a document type or entities"):
        read_watch_files(path)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.gpx"
    path.write_text("<gpx>" + "<a>" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match="nested deeper"):
        read_watch_files(path)


def test_packed_and_unpacked_are_the_same_run(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx.gz"
    path.write_bytes(gzip.compress(GPX.read_bytes()))
    assert is_watch_file(path)
    assert run_of(path).source.sha256 == run_of(GPX).source.sha256


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    text = GPX.read_text(encoding="utf-8")
    path = tmp_path / "run.gpx"
    path.write_bytes(
        text.replace('encoding="UTF-8"', "" if encoding == "utf-8-sig" else 'encoding="UTF-16"').encode(
            encoding
        )
    )
    assert is_watch_file(path)
    assert len(run_of(path).time_s) == 30


def test_a_bomb_of_gzip_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gpx.gz"
    path.write_bytes(gzip.compress(b"<gpx>" + b" " * 3_000_000))
    with pytest.raises(InputError, match="more than 1000000 bytes"):
        read_watch_files(path, max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"<html><body>gpx</body></html>"),
        ("empty", b""),
        ("rows.csv", b"time,x\n1,2\n"),
        ("bad.gz", b"\x1f\x8bnothing"),
        ("svg", b'<svg xmlns="x"><gpx/></svg>'),
    ],
)
def test_what_is_no_watch_file(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert not is_watch_file(path)
    with pytest.raises(InputError):
        read_watch_files(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert not is_watch_file(tmp_path)
    assert not is_watch_file(tmp_path / "absent")
    with pytest.raises(InputError, match="cannot be read"):
        read_watch_files(tmp_path / "absent")
