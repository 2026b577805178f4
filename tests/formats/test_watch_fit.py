"""FIT files: the real ones beside the repository, and made ones with what watches rarely write."""

from __future__ import annotations

import importlib.util
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.errors import InputError, RefusedError, UsageError
from pfp_sensors.formats.fit_messages import fit_parts
from pfp_sensors.formats.watch import is_watch_file, read_watch_files
from pfp_sensors.formats.watch_content import read_content
from tests.made_fit import (
    START,
    Developer,
    activity,
    developer,
    developer_field,
    file_id,
    fit_file,
    message,
    records,
    session,
    timer,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.model.watch import WatchRun

RECORD_KIND, LAP_KIND = 20, 19
ONE_OF_BOTH = "20210507_run_coros_pace_2.fit", "20210507_run_garmin_fenix_6.fit"


def run_of(path: Path, **options: bool) -> WatchRun:
    (run,) = read_watch_files(path, **options).runs
    return run


def made(tmp_path: Path, *messages: bytes) -> Path:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(*messages))
    return path


# --- real files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows", "seconds", "device", "offset_s", "median", "note"),
    [
        (
            "20210507_run_coros_pace_2.fit",
            2364,
            2363,
            "COROS PACE 2",
            None,
            {"cadence_spm": 184, "heart_rate_bpm": 173, "power_w": 268, "step_length_mm": 1320},
            "local time does not fit",
        ),
        (
            "20210507_run_garmin_fenix_6.fit",
            2361,
            2360,
            "garmin fenix6",
            -14400,
            {"cadence_spm": 182, "heart_rate_bpm": 174, "temperature_c": 28},
            None,
        ),
        (
            "activity-small-fenix2-run.fit",
            2809,
            2833,
            "garmin fenix2",
            7200,
            {"cadence_spm": 166, "stance_time_ms": 228, "vertical_oscillation_mm": 111.2},
            None,
        ),
        (
            "garmin-fenix-5-run.fit",
            21,
            57,
            "garmin fenix5",
            -25200,
            {"cadence_spm": 179, "stance_balance_pct": 52.43, "step_length_mm": 995},
            None,
        ),
        ("developer-types-sample.fit", 3424, 3423, "stryd", None, {"cadence_spm": 150}, None),
        ("activity-filecrc.fit", 14, 13, "dynastream hrm1", -14400, {}, "checksum does not match"),
        (
            "activity-unexpected-eof.fit",
            14,
            13,
            "dynastream hrm1",
            None,
            {},
            "cut short (it ends at byte 768",
        ),
    ],
)
def test_real_file(
    shared_data: Path,
    name: str,
    rows: int,
    seconds: int,
    device: str,
    offset_s: int | None,
    median: dict[str, float],
    note: str | None,
) -> None:
    run = run_of(shared_data / "watch_files" / name)
    assert (len(run.time_s), run.time_s[-1], run.device, run.utc_offset_s) == (
        rows,
        seconds,
        device,
        offset_s,
    )
    assert (run.sport, run.indoor, run.source.format) == ("running", None, "fit")
    for channel, value in median.items():
        assert float(np.nanmedian(run.channels[channel])) == pytest.approx(value, abs=0.01)
    assert len(run.notes) == (note is not None)
    assert note is None or note in run.notes[0]


def test_all_real_files_are_tried(shared_data: Path) -> None:
    assert len(list((shared_data / "watch_files").iterdir())) == 10
    assert all(is_watch_file(path) for path in (shared_data / "watch_files").iterdir())


def test_a_ride_is_refused_by_name(shared_data: Path) -> None:
    with pytest.raises(RefusedError, match=r"of another sport: cycling\. Runs are taken"):
        read_watch_files(shared_data / "watch_files/sample-activity.fit")


def test_a_truncated_file_gives_the_records_before_its_end(shared_data: Path) -> None:
    """This one is a ride too, as its message of the sport says."""
    (part,) = fit_parts(read_content(shared_data / "watch_files/nick.fit", 1_000_000))
    assert part.first("sport")["sport"] == "cycling"
    assert len(part.rows) == 14_391
    assert "it ends at byte 403456" in part.damage[0]


def test_stryds_fields_keep_name_and_unit(shared_data: Path) -> None:
    run = run_of(shared_data / "watch_files/developer-types-sample.fit")
    assert run.units == {
        "dev:Form Power": "Watts",
        "dev:Leg Spring Stiffness": "KN/m",
        "dev:Distance": "Meters",
        "dev:Speed": "M/S",
    }
    assert np.nanmedian(run.channels["dev:Form Power"]) == 94.0
    assert np.nanmedian(run.channels["dev:Speed"]) == pytest.approx(1.92, abs=0.01)
    assert np.nanmedian(run.channels["speed_mps"]) == pytest.approx(1.98, abs=0.01)


def test_cadence_is_of_both_feet_with_its_fraction(shared_data: Path) -> None:
    cadence = run_of(shared_data / "watch_files" / ONE_OF_BOTH[1]).channels["cadence_spm"]
    assert set(np.unique(cadence % 2)) == {0.0, 1.0}


# --- made files -----------------------------------------------------------------------------------


def test_made_run(tmp_path: Path) -> None:
    run = run_of(made(tmp_path, file_id(), records(), session(), activity(3600 * -2)))
    assert run.start == START
    assert run.utc_offset_s == -7200
    assert run.device == "garmin fenix6"
    assert run.totals.steps == 172
    assert (run.totals.distance_m, run.totals.timer_s, run.totals.elapsed_s) == (180.0, 60.0, 70.0)
    assert set(run.channels["cadence_spm"]) == {171.0}
    assert set(run.channels["altitude_m"]) == {20.0}
    assert set(run.channels["stance_time_ms"]) == {240.0}
    assert run.notes == ()
    assert "4711004711" not in repr(run)


@pytest.mark.parametrize(
    ("sport", "sub_sport", "indoor"),
    [(1, 0, None), (1, 1, True), (1, 45, True), (1, 58, True), (1, 3, False), (1, 4, False), (4, 1, True)],
)
def test_runs_of_all_kinds_are_taken(tmp_path: Path, sport: int, sub_sport: int, indoor: bool | None) -> None:
    run = run_of(made(tmp_path, file_id(), records(), session(sport, sub_sport)))
    assert (run.sport, run.indoor) == ("running", indoor)


@pytest.mark.parametrize(
    ("sport", "sub_sport", "name"),
    [
        (2, 0, "cycling"),
        (5, 17, "swimming"),
        (11, 0, "walking"),
        (4, 15, "fitness equipment"),
        (0, 6, "cycling"),
    ],
)
def test_other_sports_are_refused(tmp_path: Path, sport: int, sub_sport: int, name: str) -> None:
    with pytest.raises(RefusedError, match=f"of another sport: .*{name}"):
        read_watch_files(made(tmp_path, file_id(), records(), session(sport, sub_sport)))


def test_an_untold_sport_is_read_with_a_note(tmp_path: Path) -> None:
    run = run_of(made(tmp_path, file_id(), records(), session(0)))
    assert run.sport == "unknown"
    assert "does not say which sport" in run.notes[0]


def test_pauses_are_from_stop_to_start_even_within_a_second(tmp_path: Path) -> None:
    events = timer(0, 0) + timer(10, 4) + timer(20, 0) + timer(30, 4) + timer(30, 0) + timer(59, 4)
    run = run_of(made(tmp_path, file_id(), records(), events, session()))
    assert [(pause.start_s, pause.end_s) for pause in run.pauses] == [(10.0, 20.0)]


def test_missing_session(tmp_path: Path) -> None:
    run = run_of(made(tmp_path, file_id(), message(12, {0: ("E", 1), 1: ("E", 1)}), records()))
    assert (run.sport, run.indoor, run.totals.distance_m) == ("running", True, None)
    assert "no message of the whole session" in run.notes[0]


def test_a_repeated_session_is_one_run(tmp_path: Path) -> None:
    run = run_of(made(tmp_path, file_id(), records(), session(metres=170), session(metres=180)))
    assert run.totals.distance_m == 180.0
    assert any("tells a session twice" in note for note in run.notes)


def test_a_run_after_a_ride_in_one_file(tmp_path: Path) -> None:
    rows = records(60) + records(40, start_s=100)
    path = made(tmp_path, file_id(), rows, session(2), session(1, start_s=100, metres=120))
    run = run_of(path)
    assert (len(run.time_s), (run.start - START).total_seconds()) == (40, 100.0)
    assert run.channels["distance_m"][0] == 0.0
    assert any("1 other activities of the file were left out" in note for note in run.notes)


def test_chained_files_are_several_runs(tmp_path: Path) -> None:
    path = tmp_path / "two.fit"
    path.write_bytes(
        fit_file(file_id(), records(), session())
        + fit_file(file_id(), records(30, start_s=7200), session(start_s=7200))
    )
    assert [len(run.time_s) for run in read_watch_files(path).runs] == [60, 30]


def test_developer_fields_of_one_name_and_of_none(tmp_path: Path) -> None:
    described = (
        developer()
        + developer_field(1, "Power", "W")
        + developer_field(2, "Power", None)
        + developer_field(3, None, None)
        + developer_field(4, "heart_rate", "bpm")
    )
    run = run_of(made(tmp_path, file_id(), described, records(developers=(1, 2, 3, 4)), session()))
    fields = {name: float(values[0]) for name, values in run.channels.items() if name.startswith("dev:")}
    assert fields == {
        "dev:Power": 101.0,
        "dev:Power (2)": 102.0,
        "dev:field 3": 103.0,
        "dev:heart_rate": 104.0,
    }
    assert run.units == {"dev:Power": "W", "dev:heart_rate": "bpm"}
    assert run.channels["heart_rate_bpm"][0] == 140.0


def test_other_developers_files_are_not_taken_for_own_ones(tmp_path: Path) -> None:
    run = run_of(made(tmp_path, file_id(), developer(), records(), session()))
    assert (run.own, run.synthetic) == (False, False)


def test_developer_fields_without_any_description(tmp_path: Path) -> None:
    run = run_of(made(tmp_path, file_id(), records(developers=(7,)), session()))
    assert len(run.time_s) == 60


def test_developer_fields_with_places_are_left_out(tmp_path: Path) -> None:
    described = (
        developer() + developer_field(1, "myLatitude", "deg") + developer_field(2, "Track", "semicircles")
    )
    run = run_of(made(tmp_path, file_id(), described, records(developers=(1, 2)), session()))
    assert not any(name.startswith("dev:") for name in run.channels)
    assert any("2 developers' fields were left out" in note for note in run.notes)


def test_a_developer_field_that_repeats_the_position_under_another_name(tmp_path: Path) -> None:
    rows = b"".join(
        message(
            RECORD_KIND,
            {253: ("I", 350_000_000 + k), 0: ("i", 500_000_000), 1: ("i", 100_000_000), 6: ("H", 3000)},
            Developer(1, 500_000_000 * 180 / 2**31),
        )
        for k in range(20)
    )
    path = made(tmp_path, file_id(), developer(), developer_field(1, "Foo", "bar"), rows, session())
    run = run_of(path)
    assert "dev:Foo" not in run.channels
    assert "held positions" in " ".join(run.notes)


def test_laps(tmp_path: Path) -> None:
    lap = message(LAP_KIND, {253: ("I", 0), 2: ("I", session_start() + 5), 7: ("I", 20_000), 9: ("I", 6_000)})
    (found,) = run_of(made(tmp_path, file_id(), records(), lap, session())).laps
    assert (found.start_s, found.end_s, found.distance_m) == (5.0, 25.0, 60.0)


def session_start() -> int:
    return int(START.timestamp()) - 631_065_600


@pytest.mark.parametrize("size", [12, 14, 40])
def test_a_file_without_records_is_no_run(tmp_path: Path, size: int) -> None:
    path = tmp_path / "short.fit"
    path.write_bytes(fit_file(file_id(), records(), session())[:size])
    with pytest.raises(InputError, match="no record with a time"):
        read_watch_files(path)


def test_other_kinds_of_fit_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of the kind 'course'"):
        read_watch_files(made(tmp_path, file_id(6), records()))


def test_null_fields_and_rows_of_one_second(tmp_path: Path) -> None:
    start = session_start()
    rows = b"".join(
        message(RECORD_KIND, {253: ("I", second), 3: ("B", heart), 6: ("H", speed)})
        for second, heart, speed in [
            (start, 255, 3000),
            (start + 1, 0, 3000),
            (start + 1, 150, 0xFFFF),
            (start - 5, 149, 2000),
            (5, 149, 2000),
        ]
    )
    run = run_of(made(tmp_path, file_id(), rows, session()))
    assert run.time_s.tolist() == [0.0, 5.0, 6.0]
    assert run.channels["heart_rate_bpm"].tolist()[0] == 149.0
    assert np.isnan(run.channels["heart_rate_bpm"][1])
    assert run.channels["heart_rate_bpm"][2] == 150.0
    assert run.channels["speed_mps"].tolist() == [2.0, 3.0, 3.0]
    notes = " ".join(run.notes)
    assert "1 records had no date" in notes
    assert "1 rows had the time of another row" in notes
    assert "backwards 1 times" in notes


def test_a_clock_that_was_not_set_for_some_rows(tmp_path: Path) -> None:
    path = made(tmp_path, file_id(), records(50), records(3, start_s=-10_000_000), session())
    run = run_of(path)
    assert len(run.time_s) == 50
    assert "3 rows without a usable time" in run.notes[0]


def test_a_missing_package_is_named_with_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path, file_id(), records(), session())
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'pfp-sensors\[watch\]'"):
        read_watch_files(path)


def test_no_warning_leaks(tmp_path: Path) -> None:
    data = bytearray(fit_file(file_id(), records(), session()))
    data[-1] ^= 1
    path = tmp_path / "crc.fit"
    path.write_bytes(data)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = run_of(path)
    assert not caught
    assert "checksum does not match" in run.notes[0]
