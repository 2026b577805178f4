"""Damaged files of watches: nothing that nobody can run comes out, and plain words say what was found."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pfp_sensors.analyse.watch_summary import watch_summary
from pfp_sensors.errors import InputError, PfpError, RefusedError
from pfp_sensors.formats.watch import is_watch_file, read_watch_files
from pfp_sensors.formats.watch_damage import out_of_line, without_spikes
from pfp_sensors.formats.watch_distance import growing_distance
from pfp_sensors.model.recording import Source
from pfp_sensors.model.watch import WatchRun, WatchTotals
from tests.made_fit import RECORD, START, START_FIT_S, file_id, fit_file, message, session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROWS = 300
FASTEST_MPS = 7.5
BAD_CHECKSUM = "The checksum does not match"


def row(second: int, *, metres: float | None = None, speed_mps: float = 3.0) -> bytes:
    distance = 3.0 * second if metres is None else metres
    return message(
        RECORD,
        {
            253: ("I", START_FIT_S + second),
            4: ("B", 85),
            5: ("I", round(100 * distance)),
            6: ("H", round(1000 * speed_mps)),
        },
    )


def written(
    tmp_path: Path,
    changed: Mapping[int, bytes] | None = None,
    *,
    total: int = 3 * ROWS,
    good: bool = True,
    whole: bool = True,
) -> Path:
    """Write a run at 3 m/s with some rows changed; ``good``: its checksum is right, ``whole``: has totals."""
    rows = [(changed or {}).get(second, row(second)) for second in range(ROWS)]
    data = bytearray(fit_file(file_id(), *rows, *([session(metres=total)] if whole else [])))
    data[-1] ^= 0 if good else 0xFF
    path = tmp_path / "run.fit"
    path.write_bytes(data)
    return path


def run_of(path: Path) -> WatchRun:
    (run,) = read_watch_files(path).runs
    return run


@pytest.mark.parametrize("metres", [350_000.0, 0.12, 1e5 + 7])
@pytest.mark.parametrize("at", [0, 1, 150, ROWS - 1])
def test_one_damaged_distance_is_left_out(tmp_path: Path, metres: float, at: int) -> None:
    run = run_of(written(tmp_path, {at: row(at, metres=metres)}))
    km = watch_summary(run).km
    assert km == pytest.approx(0.897, abs=0.01)
    assert (metres < 1.0 and at < 2) or any("far from those around" in note for note in run.notes)


def test_one_damaged_time_does_not_move_the_start(tmp_path: Path) -> None:
    for at, stamp in ((150, -7000), (3, 9000), (200, 100_000)):
        run = run_of(written(tmp_path, {at: row(stamp, metres=3.0 * at)}, good=False))
        assert run.start == START
        assert run.time_s[-1] == ROWS - 1
        assert watch_summary(run).km == pytest.approx(0.897, abs=0.01)
        assert any("1 rows" in note for note in run.notes)


def test_rows_outside_of_a_damaged_session_are_left_out(tmp_path: Path) -> None:
    first = {0: row(-7000, metres=0.0)}
    path = written(tmp_path, first, good=False)
    data = path.read_bytes().replace(  # the session of the made file lasts 70 s; this one as long as the rows
        (70_000).to_bytes(4, "little"), (1000 * ROWS).to_bytes(4, "little")
    )
    path.write_bytes(data)
    run = run_of(path)
    assert (run.start - START).total_seconds() == 1.0
    assert any("outside of the time of the run" in note for note in run.notes)


def test_a_distance_that_speed_and_total_deny_is_unknown(tmp_path: Path) -> None:
    ten_times = {second: row(second, metres=30.0 * second) for second in range(ROWS)}
    run = run_of(written(tmp_path, ten_times))
    assert run.channel("distance_m") is None
    assert any("speed x time gives 89" in note and "total is 900 m" in note for note in run.notes)
    assert watch_summary(run).km == pytest.approx(0.897, abs=0.01)  # of the speed


def test_a_bad_checksum_makes_it_stricter(tmp_path: Path) -> None:
    a_third_more = {second: row(second, metres=4.0 * second) for second in range(ROWS)}
    assert run_of(written(tmp_path, a_third_more)).channel("distance_m") is not None
    assert run_of(written(tmp_path, a_third_more, good=False)).channel("distance_m") is None
    damaged_total = run_of(written(tmp_path, total=50_000, good=False))
    assert damaged_total.totals.distance_m is None
    assert watch_summary(damaged_total).km == pytest.approx(0.897)


def test_speed_and_distance_that_agree_on_what_nobody_runs(tmp_path: Path) -> None:
    fast = {second: row(second, metres=9.0 * second, speed_mps=9.0) for second in range(ROWS)}
    summary = watch_summary(run_of(written(tmp_path, fast, total=9 * ROWS)))
    assert (summary.km, summary.speed_mps) == (None, None)
    assert summary.minutes == pytest.approx((ROWS - 1) / 60)
    assert any("faster than anybody runs" in note for note in summary.notes)


def test_totals_that_nobody_runs() -> None:
    run = WatchRun(
        Source("run.tcx", "0" * 64, "tcx"),
        datetime(2001, 2, 3, tzinfo=UTC),
        np.arange(10.0),
        {"heart_rate_bpm": np.full(10, 140.0)},
        totals=WatchTotals(distance_m=350_000.0, timer_s=2400.0),
    )
    summary = watch_summary(run)
    assert (summary.km, summary.speed_mps, summary.minutes) == (None, None, 40.0)


def test_a_file_of_which_most_is_damaged_is_refused(tmp_path: Path) -> None:
    undated = {second: message(RECORD, {253: ("I", 77), 5: ("I", 1)}) for second in range(200)}
    with pytest.raises(InputError, match="200 of its records have no usable time, 100 do"):
        read_watch_files(written(tmp_path, undated, good=False))
    assert run_of(written(tmp_path, undated)).time_s[-1] == 99.0


def test_flipped_bits_give_no_run_that_nobody_can_run(tmp_path: Path) -> None:
    whole = written(tmp_path).read_bytes()
    told = 0
    for seed in range(60):
        chance = random.Random(seed)
        data = bytearray(whole)
        for _ in range(6):
            data[chance.randrange(60, len(data))] ^= 1 << chance.randrange(8)
        path = tmp_path / "flipped.fit"
        path.write_bytes(data)
        told += _is_possible(path, most_min=5.5)
    assert told > 10


def _is_possible(path: Path, *, most_min: float) -> bool:
    try:
        runs = read_watch_files(path).runs
    except PfpError:
        return False
    for run in runs:
        summary = watch_summary(run)
        if summary.km is not None and summary.minutes is not None:
            assert 1000.0 * summary.km <= FASTEST_MPS * 60.0 * summary.minutes
            assert summary.minutes <= most_min
        assert "Error" not in " ".join((*run.notes, *summary.notes))
    return True


@pytest.mark.parametrize(
    ("name", "start", "km"),
    [
        ("20210507_run_coros_pace_2.fit", datetime(2021, 5, 7, 13, 43, 37, tzinfo=UTC), 9.51),
        ("activity-small-fenix2-run.fit", datetime(2015, 8, 15, 14, 45, 8, tzinfo=UTC), 8.81),
    ],
)
def test_real_files_with_damaged_bytes(
    shared_data: Path, tmp_path: Path, name: str, start: datetime, km: float
) -> None:
    data = (shared_data / "watch_files" / name).read_bytes()
    whole = watch_summary(run_of(shared_data / "watch_files" / name))
    assert whole.km == pytest.approx(km, abs=0.01)
    chance = random.Random(7)
    flipped = bytearray(data)
    for _ in range(20):
        flipped[chance.randrange(20_000, len(data) - 3_000)] ^= 1 << chance.randrange(8)
    path = tmp_path / "flipped.fit"
    path.write_bytes(flipped)
    run = run_of(path)
    assert any(BAD_CHECKSUM in note or "damaged or cut short" in note for note in run.notes)
    assert abs((run.start - start).total_seconds()) < 5
    summary = watch_summary(run)
    assert summary.km is not None
    assert summary.minutes is not None
    assert summary.km <= km + 0.05
    assert 2.0 < 1000.0 * summary.km / (60.0 * summary.minutes) < 5.0


def test_growing_numbers_are_never_out_of_line() -> None:
    leaps = np.cumsum([0.0, 1, 5000, 1, 9000, 1, 1, 86_000])
    assert not out_of_line(leaps, 15.0).any()
    time_s = np.arange(12.0)
    lap_by_lap = np.concatenate([4.0 * np.arange(6), 4.0 * np.arange(6)])
    assert without_spikes(time_s, lap_by_lap)[1] == 0


def test_a_correction_backwards_is_not_counted_twice() -> None:
    grown, restarts = growing_distance(np.array([0.0, 100, 104, 90, 112, 3, 7]))
    assert restarts == 1
    assert grown.tolist() == [0, 100, 104, 104, 112, 115, 119]


# --- words ----------------------------------------------------------------------------------------


def test_no_running_says_what_was_read(tmp_path: Path) -> None:
    still = {
        second: message(RECORD, {253: ("I", START_FIT_S + second), 5: ("I", 40 * second)})
        for second in range(ROWS)
    }
    summary = watch_summary(run_of(written(tmp_path, still, total=120)))
    assert (summary.km, summary.minutes) == (None, None)
    said = summary.notes[-1]
    assert "300 rows over 5.0 min and 120 m, at most 0.4 m/s" in said
    assert "from 130 steps a minute" in said


def test_a_library_s_own_words_do_not_come_out(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    body = fit_file(file_id(), *(row(second) for second in range(20)))
    path.write_bytes(body[:-2] + b"\x0b\x0b\x0b" + body[-2:])
    note = run_of(_longer(path, body)).notes[0]
    assert "after 42 of its messages the bytes make no sense" in note.replace("43", "42")
    assert "parsing" not in note


def _longer(path: Path, body: bytes) -> Path:
    """Announce the three bytes put at the end."""
    data = bytearray(path.read_bytes())
    data[4:8] = (int.from_bytes(body[4:8], "little") + 3).to_bytes(4, "little")
    path.write_bytes(data)
    return path


def test_a_sport_without_a_name(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_file(file_id(), row(0), row(1), session(191)))
    with pytest.raises(RefusedError, match="the one with the number 191, of which no name is known"):
        read_watch_files(path)


# --- white space before XML -----------------------------------------------------------------------

POINT = '<trkpt lat="{lat:.5f}" lon="-30"><time>2001-02-03T04:05:{second:02d}Z</time></trkpt>'
GPX = (
    '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1"><trk><type>running</type><trkseg>'
    + "".join(POINT.format(lat=second * 3e-5, second=second) for second in range(40))
    + "</trkseg></trk></gpx>"
).encode()
TCX = (
    '<?xml version="1.0"?><TrainingCenterDatabase><Activities><Activity Sport="Running"><Lap><Track>'
    + "".join(
        f"<Trackpoint><Time>2001-02-03T04:05:{second:02d}Z</Time>"
        f"<DistanceMeters>{3 * second}</DistanceMeters></Trackpoint>"
        for second in range(40)
    )
    + "</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
).encode()


@pytest.mark.parametrize("xml", [GPX, TCX])
@pytest.mark.parametrize(
    "before", [b" " * 10, b"\r\n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", b" \xef\xbb\xbf"]
)
@pytest.mark.parametrize("packed", [False, True])
def test_white_space_before_xml(tmp_path: Path, xml: bytes, before: bytes, packed: bool) -> None:
    path = tmp_path / "run"
    path.write_bytes(gzip.compress(before + xml) if packed else before + xml)
    assert is_watch_file(path)
    run = run_of(path)
    assert len(run.time_s) == 40
    assert not any("damaged" in note for note in run.notes)
