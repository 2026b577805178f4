"""motion-BIDS in and out: a dataset made by hand, what is refused, and that what goes out comes back."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import json
import random
import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made_analysis import made_strides

from pfp_sensors.errors import InputError, PfpError, UsageError
from pfp_sensors.formats.motion_bids_writer import BidsRun, BidsSensor, write_motion_bids
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.model.recording import Recording
from pfp_sensors.signal.sampling import find_gaps, fit_rate_hz

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = Path(__file__).parent / "samples" / "motion-bids"
STEM = "sub-01/motion/sub-01_task-walking_tracksys-imuRightLeg"
START = datetime(2026, 5, 1, 7, 30, 0, 123456, timezone(timedelta(hours=2)))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Return a copy of the sample, to be changed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "dataset"))


def edit(dataset: Path, ending: str, *changes: tuple[str, str]) -> None:
    path = dataset / f"{STEM}_{ending}"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", f"{STEM}_motion.tsv"])
def test_a_dataset_made_by_hand(name: str) -> None:
    file = read_recording_file(SAMPLE / name)
    (recording,) = file.recordings
    assert file.source.format == "motion-bids"
    assert (recording.side, recording.placement) == ("right", "shank")
    assert recording.start_utc == "2000-01-01T08:00:00.250000+00:00"
    assert recording.rate_hz == pytest.approx(50.0125)
    assert recording.nominal_rate_hz == 50.0
    assert len(recording.time_s) == 60
    assert recording.acc_g[0] == pytest.approx(np.array([9.81, 0.42, -0.61]) / 9.80665, rel=1e-6)
    assert recording.gyr_dps is not None
    assert recording.gyr_dps[0] == pytest.approx(np.degrees([0.004, -0.002, 0.001]), rel=1e-6)
    assert any("3 MAGN" in note for note in recording.notes)
    found = recording.as_found
    assert found is not None
    assert found.acc_columns == ("t1_acc_x", "t1_acc_y", "t1_acc_z")
    assert (found.acc_unit, found.gyr_unit) == ("mps2", "rps")
    assert found.gravity_at_rest_g == pytest.approx(1.0, abs=0.01)


def test_columns_in_another_order_and_unit(dataset: Path) -> None:
    table = dataset / f"{STEM}_channels.tsv"
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    table.write_text(
        "\n".join("\t".join([r[0], r[2], r[4], "50", r[3], r[1]]) for r in rows).replace("rad/s", "deg/s")
    )
    edit(dataset, "channels.tsv", ("\t50\ttracked_point", "\tsampling_frequency\ttracked_point"))
    (was,), (now,) = read_recording_file(SAMPLE).recordings, read_recording_file(dataset).recordings
    assert np.array_equal(was.acc_g, now.acc_g)
    assert was.gyr_dps is not None
    assert now.gyr_dps is not None
    assert now.gyr_dps == pytest.approx(np.radians(was.gyr_dps), rel=1e-5)


def test_moved_dates_are_no_start(dataset: Path) -> None:
    scans = dataset / "sub-01/sub-01_scans.tsv"
    told = scans.read_text()
    for new, word in (("1924-01-01", "moved"), ("2000-01-01", "time zone")):
        scans.write_text(told.replace("2000-01-01", new).replace("Z", ""))
        (recording,) = read_recording_file(dataset).recordings
        assert recording.start_utc is None
        assert any(word in note for note in recording.notes)


@pytest.mark.parametrize(
    ("ending", "change", "said"),
    [
        ("channels.tsv", ("m/s^2", "furlong"), "units furlong"),
        ("channels.tsv", ("x\tACCEL", "y\tACCEL"), "two ACCEL"),
        ("channels.tsv", ("ACCEL", "POS"), "no channels of type ACCEL"),
        ("channels.tsv", ("tracked_point", "point"), "no column tracked_point"),
        ("channels.tsv", ("t1_magn_z\tz\tMAGN\tRightShank\tT\tlocal\n", ""), "found 9 cells; expected 8"),
        ("channels.tsv", ("m/s^2", "g"), "would fit"),
        ("motion.json", ("50.0125", '"fast"'), "SamplingFrequencyEffective"),
        ("motion.json", ("{", "["), "not valid JSON"),
        ("motion.json", ("SamplingFrequency", "Frequency"), "no LATENCY"),
        ("motion.tsv", ("9.81\t0.42", "9.81\tabout half"), "2 unreadable rows"),
    ],
)
def test_what_cannot_be_is_refused(dataset: Path, ending: str, change: tuple[str, str], said: str) -> None:
    edit(dataset, ending, change)
    with pytest.raises(InputError, match=said):
        read_recording_file(dataset)


def test_samples_alone_are_refused(dataset: Path) -> None:
    (dataset / f"{STEM}_channels.tsv").unlink()
    with pytest.raises(InputError, match=r"channels.tsv is missing"):
        read_recording_file(dataset / f"{STEM}_motion.tsv")


def test_a_dataset_without_motion_is_named(tmp_path: Path) -> None:
    (tmp_path / "dataset_description.json").write_text("{}")
    with pytest.raises(InputError, match="without motion"):
        read_recording_file(tmp_path)


def test_several_recordings_are_listed(dataset: Path) -> None:
    for ending in ("motion.tsv", "motion.json", "channels.tsv"):
        old = dataset / f"{STEM}_{ending}"
        shutil.copy(old, str(old).replace("walking", "running"))
    with pytest.raises(UsageError, match="2 recordings: sub-01/motion/sub-01_task-running"):
        read_recording_file(dataset)
    assert read_recording_file(dataset / f"{STEM}_motion.tsv").recordings


def test_a_system_of_several_points_asks_which(dataset: Path) -> None:
    for name, change in (("motion.tsv", ("", "")), ("channels.tsv", ("RightShank\tT", "head\tT"))):
        edit(dataset, name, change)
    edit(dataset, "channels.tsv", ("MAGN\thead\tT", "ACCEL\thead\tm/s^2"), ("RightShank", "rightThigh"))
    with pytest.raises(UsageError, match="right_thigh, head"):
        read_recording_file(dataset)
    (thigh,) = read_recording_file(dataset, sensor="right_thigh").recordings
    assert (thigh.sensor, thigh.side) == ("right_thigh", "right")


def test_damage_raises_nothing_but_our_errors(dataset: Path) -> None:
    rng = random.Random(1)
    files = [path for path in sorted(SAMPLE.rglob("*")) if path.is_file() and path.suffix != ".md"]
    read = 0
    for _ in range(300):
        path = rng.choice(files)
        copy = dataset / path.relative_to(SAMPLE)
        copy.write_bytes(mutated(path.read_bytes(), rng))
        with contextlib.suppress(PfpError):
            read += len(read_recording_file(dataset).recordings)
        shutil.copy(path, copy)
    assert read > 50


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Change some bytes: a cut, a repeat, a hole, strange bytes, a huge number."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        size = rng.choice([1, 3, 20, 200])
        new = rng.choice(
            [b"", b"\0", b"\xff\xfe", b"\t", b"\n", b"9" * 400, b"nan", b'"', b"{", changed[:size]]
        )
        changed[at : at + rng.choice([0, 1, size])] = new
    return bytes(changed)


# --- out and in -----------------------------------------------------------------------------------


def made_recording(make: Callable[..., dict[str, np.ndarray]], seed: int, **changes: Any) -> Recording:
    """Make a sensor of uneven stamps, with a gap, which begins a little after second 0."""
    columns = make(n=1200, seed=seed)
    rng = np.random.default_rng(seed)
    time_s = 0.0037 * seed + columns["time_s"] * 1.00002 + rng.uniform(-2e-4, 2e-4, 1200)
    kept = np.abs(np.arange(1200) - 700) > 20
    time_s = time_s[kept]
    acc_g = np.column_stack([columns[f"acc_{axis}_g"] for axis in "xyz"])[kept].astype(np.float32)
    gyr_dps = np.column_stack([columns[f"gyr_{axis}_dps"] for axis in "xyz"])[kept].astype(np.float32)
    rate_hz = fit_rate_hz(time_s)
    known: dict[str, Any] = {
        "gaps": find_gaps(time_s, rate_hz),
        "placement": "shank",
        "acc_range_g": 16.0,
        "gyr_range_dps": 2000.0,
        "nominal_rate_hz": 100.0,
        "sensor": "ABC123",
    }
    return Recording(time_s, acc_g, gyr_dps, rate_hz, **(known | changes))


def assert_came_back(now: Recording, was: Recording, shift_s: float = 0.0) -> None:
    assert np.abs(now.time_s + shift_s - was.time_s).max() <= 1e-6
    assert now.acc_g == pytest.approx(was.acc_g, rel=2e-7, abs=1e-8)
    assert (now.gyr_dps is None) == (was.gyr_dps is None)
    if was.gyr_dps is not None:
        assert now.gyr_dps == pytest.approx(was.gyr_dps, rel=2e-7, abs=5e-6)
    assert now.rate_hz == pytest.approx(was.rate_hz, rel=1e-7)
    assert [gap.lost_samples for gap in now.gaps] == [gap.lost_samples for gap in was.gaps]
    assert len(was.gaps) == 1
    assert now.gaps[0].start_s + shift_s == pytest.approx(was.gaps[0].start_s, abs=1e-6)
    for name in (
        "side",
        "placement",
        "acc_range_g",
        "gyr_range_dps",
        "nominal_rate_hz",
        "synthetic",
        "acceleration",
    ):
        assert getattr(now, name) == getattr(was, name), name


def test_two_legs_come_back_as_they_were(
    made_columns: Callable[..., dict[str, np.ndarray]], tmp_path: Path
) -> None:
    left = made_recording(made_columns, 0, side="left", synthetic=True)
    right = made_recording(made_columns, 2, side="right", synthetic=True)
    strides = made_strides()
    run = BidsRun(START, lambda: [BidsSensor(left, strides), BidsSensor(right, strides)])
    write_motion_bids([run], tmp_path / "out", keep_dates=True)
    now_left, now_right = read_recording_file(tmp_path / "out").recordings
    assert_came_back(now_left, left, float(left.time_s[0]))
    assert_came_back(now_right, right, float(left.time_s[0]))
    begun = START + timedelta(seconds=float(left.time_s[0]))
    for now in (now_left, now_right):
        assert now.start_utc is not None
        assert abs(datetime.fromisoformat(now.start_utc) - begun) < timedelta(microseconds=2)
    with (tmp_path / "out/sub-01/motion/sub-01_task-run_tracksys-shankR_events.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for kind, times in (
        ("initial_contact", strides.initial_contact_s),
        ("terminal_contact", strides.terminal_contact_s),
    ):
        onset = [float(row["onset"]) for row in rows if row["trial_type"] == kind]
        assert onset == pytest.approx(times[np.isfinite(times)] - right.time_s[0], abs=1e-6)
    assert [float(row["onset"]) for row in rows] == sorted(float(row["onset"]) for row in rows)


def test_one_sensor_without_gyroscope_or_side(
    made_columns: Callable[..., dict[str, np.ndarray]], tmp_path: Path
) -> None:
    was = dataclasses.replace(made_recording(made_columns, 1), gyr_dps=None, placement=None, acc_range_g=None)
    write_motion_bids([BidsRun(None, lambda: [BidsSensor(was)])], tmp_path / "out", keep_dates=True)
    (now,) = read_recording_file(tmp_path / "out").recordings
    assert_came_back(now, was, float(was.time_s[0]))
    assert now.start_utc is None


def test_what_could_tell_who_it_was_is_left_out(
    made_columns: Callable[..., dict[str, np.ndarray]], tmp_path: Path
) -> None:
    was = made_recording(made_columns, 0, side="left")
    runs = [
        BidsRun(moment, lambda: [BidsSensor(was, made_strides())])
        for moment in (START, None, START + timedelta(days=3, hours=1))
    ]
    write_motion_bids(runs, tmp_path / "out")
    texts = {path.name: path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert not [name for name, text in texts.items() if "2026-" in text or "ABC123" in text]
    begun = [texts[f"sub-01_ses-0{number}_scans.tsv"].splitlines()[1].split("\t")[1] for number in (1, 2, 3)]
    assert begun[0].startswith("1900-01-01T05:30:00.1")
    assert begun[1].startswith("1900-01-01T00:00:00")
    assert begun[2].startswith("1900-01-04T06:30:00.1")
    one = tmp_path / "out/sub-01/ses-03/motion/sub-01_ses-03_task-run_tracksys-shankL_motion.tsv"
    assert read_recording_file(one).recordings[0].start_utc is None
    assert "SYNTHETIC" not in texts["README.md"]

    write_motion_bids(runs[:1], tmp_path / "named", keep_serial=True)
    (sidecar,) = (tmp_path / "named").rglob("*_motion.json")
    assert json.loads(sidecar.read_text())["DeviceSerialNumber"] == "ABC123"


def test_made_samples_are_labelled(
    made_columns: Callable[..., dict[str, np.ndarray]], tmp_path: Path
) -> None:
    was = made_recording(made_columns, 0, synthetic=True)
    write_motion_bids([BidsRun(START, lambda: [BidsSensor(was)])], tmp_path / "out")
    assert "SYNTHETIC" in json.loads((tmp_path / "out/dataset_description.json").read_text())["Name"]
    assert "SYNTHETIC" in (tmp_path / "out/README.md").read_text()


def test_only_an_own_dataset_is_replaced(
    made_columns: Callable[..., dict[str, np.ndarray]], tmp_path: Path
) -> None:
    was = made_recording(made_columns, 0)
    runs = [BidsRun(START.astimezone(UTC), lambda: [BidsSensor(was)])]
    with pytest.raises(UsageError, match="no run"):
        write_motion_bids([], tmp_path / "out")
    write_motion_bids(runs, tmp_path / "out")
    (tmp_path / "out/extra.txt").write_text("old")
    with pytest.raises(UsageError, match="--replace"):
        write_motion_bids(runs, tmp_path / "out")
    write_motion_bids(runs, tmp_path / "out", replace=True)
    assert not (tmp_path / "out/extra.txt").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/photo.txt").write_text("mine")
    with pytest.raises(UsageError, match="no dataset of this program"):
        write_motion_bids(runs, tmp_path / "mine", replace=True)
    assert (tmp_path / "mine/photo.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> list[BidsSensor]:
        raise InputError("The recording is damaged.")

    with pytest.raises(InputError, match="damaged"):
        write_motion_bids([BidsRun(START, fail)], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_each_session_of_our_own_dataset_is_read_by_its_folder(
    made_columns: Callable[..., dict[str, np.ndarray]], tmp_path: Path
) -> None:
    left, right = (made_recording(made_columns, n, side=side) for n, side in enumerate(("left", "right")))
    run = BidsRun(START, lambda: [BidsSensor(left), BidsSensor(right)])
    later = BidsRun(START + timedelta(days=2), lambda: [BidsSensor(right)])
    write_motion_bids([run, later], tmp_path / "out", keep_dates=True)
    with pytest.raises(UsageError, match=r"2 recordings: sub-01/ses-\w+, sub-01/ses-\w+\.") as caught:
        read_recording_file(tmp_path / "out")
    first, second = sorted((tmp_path / "out/sub-01").glob("ses-*"))
    assert str(first) in caught.value.what_to_do
    assert [one.side for one in read_recording_file(first).recordings] == ["left", "right"]
    (alone,) = read_recording_file(second).recordings
    assert_came_back(alone, right, float(right.time_s[0]))
    with pytest.raises(UsageError, match="2 recordings: ses-"):
        read_recording_file(tmp_path / "out/sub-01")


def test_a_subject_with_one_recording_is_read_by_its_folder(dataset: Path) -> None:
    (recording,) = read_recording_file(dataset / "sub-01").recordings
    assert recording.side == "right"
