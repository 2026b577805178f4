"""Samples in the sensor's own numbers: the same back, and placed in time by the clock of their segment."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.errors import InputError
from pfp_sensors.model.device_samples import ClockPiece, ClockQuality, DeviceSamples
from pfp_sensors.model.recording import Gap
from pfp_sensors.store.device_files import read_device_samples, write_device_samples
from pfp_sensors.store.recording_files import verify_recording
from pfp_sensors.store.sample_files import read_duration_s, read_facts, read_samples
from pfp_sensors.store.sample_metadata import DeviceIdentity, SampleFacts

if TYPE_CHECKING:
    from collections.abc import Callable

RATE_HZ = 100.0
SAMPLES = Path(__file__).resolve().parents[2] / "recordings"


def made_facts(**changes: Any) -> SampleFacts:
    values: dict[str, Any] = {
        "sensor": "left",
        "side": "left",
        "placement": "shank",
        "rate_hz": RATE_HZ,
        "nominal_rate_hz": 104.0,
        "acc_range_g": 16.0,
        "gyr_range_dps": 2000.0,
        "acc_scale_g": 16 / 32768,
        "gyr_scale_dps": 2000 / 32768,
        "gaps": (Gap(1.0, 1.5, 49),),
        "synthetic": True,
        "start_utc": "2026-10-01T07:00:00+00:00",
        "origin_us": 0,
        "notes": ("made for a test",),
    }
    return SampleFacts(**{**values, **changes})


def made_samples(
    lengths: list[int], *, axes: type = np.int16, gyroscope: bool = True, seed: int = 0
) -> tuple[DeviceSamples, tuple[ClockPiece, ...]]:
    """Make segments whose device clocks all start near zero, 10 s apart on the recording's time line."""
    rng = np.random.default_rng(seed)
    n = sum(lengths)

    def numbers() -> Any:
        whole = rng.integers(-32768, 32768, (n, 3))
        return whole.astype(axes) if axes is np.int16 else (whole / np.float32(50_000)).astype(axes)

    starts_us = rng.integers(0, 1 << 33, len(lengths))
    t_us = [
        start + 10_000 * np.arange(length) + rng.integers(-500, 500, length)
        for start, length in zip(starts_us, lengths, strict=True)
    ]
    index = [np.cumsum(rng.integers(1, 3, length)) for length in lengths]
    samples = DeviceSamples(
        segment=np.repeat(np.arange(len(lengths), dtype=np.uint16) * 2, lengths),
        sample_index=np.concatenate([np.empty(0, np.int64), *index]).astype(np.int64),
        t_us=np.concatenate([np.empty(0, np.int64), *t_us]).astype(np.int64),
        acc=numbers(),
        gyr=numbers() if gyroscope else None,
    )
    clock = []
    begin_s = 0.0
    for k, (start, length) in enumerate(zip(starts_us.tolist(), lengths, strict=True)):
        corners_us = (start + 1_000, start + 1_000 + 5_000 * length, start + 1_000 + 7_000 * length)
        first_s, drift = begin_s + 0.001, 1 + float(rng.uniform(-1e-4, 1e-4))
        corners_s = (first_s, first_s + 0.005 * length * drift, first_s + 0.007 * length)
        clock.append(ClockPiece(2 * k, corners_us, corners_s))
        begin_s += 10.0 + 0.01 * length
    return samples, tuple(clock)


def same(one: DeviceSamples, other: DeviceSamples) -> bool:
    """Tell whether all columns agree to the bit, types included."""
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(DeviceSamples)]
    return all(
        (a is None and b is None) or (a.dtype == b.dtype and a.tobytes() == b.tobytes()) for a, b in pairs
    )


def expected_time_s(samples: DeviceSamples, clock: tuple[ClockPiece, ...]) -> np.ndarray:
    """Place every sample by the definition: one straight line through the two nearest corners."""
    found = []
    for segment, t_us in zip(samples.segment.tolist(), samples.t_us.tolist(), strict=True):
        piece = next(piece for piece in clock if piece.segment == segment)
        inner = [k for k, corner in enumerate(piece.device_us[1:-1], start=1) if t_us >= corner]
        k = inner[-1] if inner else 0
        (d0, d1), (r0, r1) = piece.device_us[k : k + 2], piece.recording_s[k : k + 2]
        found.append(r0 + (t_us - d0) * (r1 - r0) / (d1 - d0))
    return np.array(found)


@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=4),
    axes=st.sampled_from([np.int16, np.float32]),
    gyroscope=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_same_numbers_come_back(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], axes: type, gyroscope: bool, seed: int
) -> None:
    path = tmp_path_factory.mktemp("device") / "imu.parquet"
    samples, clock = made_samples(lengths, axes=axes, gyroscope=gyroscope, seed=seed)
    facts = made_facts(clock=clock, counters={"received": 5, "lost": None})
    write_device_samples(path, samples, facts)
    again, known = read_device_samples(path)
    assert same(samples, again)
    assert known == facts
    first = path.read_bytes()
    write_device_samples(path, samples, facts)
    assert path.read_bytes() == first


@given(
    lengths=st.lists(st.integers(2, 60), min_size=1, max_size=4),
    axes=st.sampled_from([np.int16, np.float32]),
    seed=st.integers(0, 1000),
)
def test_samples_are_read_on_the_time_line(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], axes: type, seed: int
) -> None:
    path = tmp_path_factory.mktemp("time") / "imu.parquet"
    samples, clock = made_samples(lengths, axes=axes, seed=seed)
    scale = 16 / 32768 if axes is np.int16 else 1 / 9.80665
    write_device_samples(path, samples, made_facts(clock=clock, acc_scale_g=scale, gaps=()))
    recording = read_samples(path)
    assert np.allclose(recording.time_s, expected_time_s(samples, clock), rtol=0, atol=1e-9)
    assert np.array_equal(recording.acc_g, samples.acc * np.float32(scale))
    assert recording.gyr_dps is not None
    assert np.array_equal(recording.gyr_dps, samples.gyr * np.float32(2000 / 32768))
    duration = read_duration_s([path])
    assert duration == pytest.approx(recording.time_s[-1] - recording.time_s[0] + 1 / RATE_HZ, abs=1e-9)


def test_time_goes_over_row_groups_and_corners(tmp_path: Path) -> None:
    samples, clock = made_samples([90_000, 70_000])  # row groups of 60 000
    write_device_samples(tmp_path / "imu.parquet", samples, made_facts(clock=clock, gaps=()))
    assert pq.ParquetFile(tmp_path / "imu.parquet").num_row_groups == 3
    time_s = read_samples(tmp_path / "imu.parquet").time_s
    for k in (0, 1, 44_999, 45_001, 59_999, 60_000, 89_999, 90_000, 159_999):
        one = DeviceSamples(samples.segment[k : k + 1], *[samples.t_us[k : k + 1]] * 2, samples.acc, None)
        assert time_s[k] == pytest.approx(expected_time_s(one, clock)[0], abs=1e-9)


def test_all_facts_come_back_and_others_can_read_them(tmp_path: Path) -> None:
    samples, clock = made_samples([20])
    facts = made_facts(
        clock=clock,
        clock_quality=ClockQuality(1, 99.98, -12.5, 3.0, 20.0, None, 2.1),
        counters={"received": 20, "repeated": 0, "lost": None},
        identity=DeviceIdentity(kind="open_profile", serial="A1", firmware="1.0", loss="counted"),
    )
    write_device_samples(tmp_path / "imu.parquet", samples, facts)
    assert read_facts(tmp_path / "imu.parquet") == (facts, 20)
    metadata = pq.read_metadata(tmp_path / "imu.parquet").metadata
    assert json.loads(metadata[b"pfp.format_version"]) == "2"
    assert json.loads(metadata[b"pfp.counters"]) == {"lost": None, "received": 20, "repeated": 0}
    assert json.loads(metadata[b"pfp.identity"])["serial"] == "A1"
    assert json.loads(metadata[b"pfp.clock"])[0]["device_us"] == list(clock[0].device_us)


def test_only_a_clock_raises_the_version(tmp_path: Path) -> None:
    samples, _ = made_samples([20])
    start_us = int(samples.t_us[0])
    write_device_samples(
        tmp_path / "a.parquet", samples, made_facts(origin_us=start_us, counters={"lost": 0})
    )
    metadata = pq.read_metadata(tmp_path / "a.parquet").metadata
    assert json.loads(metadata[b"pfp.format_version"]) == "1"
    assert b"pfp.clock" not in metadata
    assert b"pfp.identity" not in metadata
    recording = read_samples(tmp_path / "a.parquet")
    assert np.array_equal(recording.time_s, (samples.t_us - start_us) / 1e6)


def test_no_sample_is_a_file_too(tmp_path: Path) -> None:
    samples, _ = made_samples([])
    write_device_samples(tmp_path / "imu.parquet", samples, made_facts())
    assert same(samples, read_device_samples(tmp_path / "imu.parquet")[0])
    assert read_duration_s([tmp_path / "imu.parquet"]) is None
    with pytest.raises(InputError, match=r"imu\.parquet.*0 samples"):
        read_samples(tmp_path / "imu.parquet")


def changed(values: np.ndarray, row: int, value: int) -> np.ndarray:
    other = values.copy()
    other[row] = value
    return other


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: {"t_us": changed(s.t_us, 7, s.t_us[6])}, "t_us does not increase"),
        (lambda s: {"sample_index": changed(s.sample_index, 7, s.sample_index[8])}, "sample_index does not"),
        (lambda s: {"segment": changed(s.segment, 0, 2)}, "segment falls"),
        (lambda s: {"acc": s.acc.astype(np.float64)}, "acc is float64"),
        (lambda s: {"gyr": s.gyr[:5]}, r"gyr is int16 of shape \(5, 3\)"),
        (lambda s: {"segment": s.segment.astype(np.int64)}, "segment is int64"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    tmp_path: Path, change: Callable[[DeviceSamples], dict[str, Any]], said: str
) -> None:
    samples, clock = made_samples([20, 20])
    wrong = dataclasses.replace(samples, **change(samples))
    with pytest.raises(InputError, match=said):
        write_device_samples(tmp_path / "imu.parquet", wrong, made_facts(clock=clock))
    assert list(tmp_path.iterdir()) == []


def test_a_clock_must_place_all_samples_in_order(tmp_path: Path) -> None:
    samples, (first, second) = made_samples([20, 20])
    late = dataclasses.replace(first, recording_s=tuple(s + 10.2 for s in first.recording_s))
    for clock, said in (
        ((late, second), r"Sample 20 \(segment 2\).*increase"),
        ((first,), "nothing of segment 2"),
        ((first, first, second), "3 pieces for 2 segments"),
        ((dataclasses.replace(first, recording_s=first.recording_s[:2]), second), "3 device times and 2"),
        ((ClockPiece(0, (5,), (0.0,)), second), "1 device times"),
        ((ClockPiece(0, (5, 6), (0.0, -1.0)), second), "both increasing"),
        ((ClockPiece(0, (5, 6), (0.0, float("nan"))), second), "both increasing"),
    ):
        with pytest.raises(InputError, match=said):
            write_device_samples(tmp_path / "imu.parquet", samples, made_facts(clock=clock))


def rewritten(path: Path, **keys: Any) -> None:
    """Change metadata behind the program's back."""
    table = pq.read_table(path)
    added = {f"pfp.{key}".encode(): json.dumps(value).encode() for key, value in keys.items()}
    pq.write_table(table.replace_schema_metadata({**pq.read_metadata(path).metadata, **added}), path)


def test_a_damaged_clock_is_named(tmp_path: Path) -> None:
    path = tmp_path / "imu.parquet"
    samples, clock = made_samples([20, 20])
    first, second = (dataclasses.asdict(piece) for piece in clock)
    overlapping = {**second, "recording_s": first["recording_s"]}
    for pieces, said in (
        ([first, overlapping], r"imu\.parquet: time_s\[20\]"),
        ([first], r"imu\.parquet: The clock says nothing of segment 2"),
        ([{**first, "device_us": []}, second], r"imu\.parquet: .*0 device times"),
        ([{"segment": 0}], "damaged"),
    ):
        write_device_samples(path, samples, made_facts(clock=clock))
        rewritten(path, clock=pieces)
        with pytest.raises(InputError, match=said):
            read_samples(path)


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in SAMPLES.glob("*/meta.json")))
def test_recordings_of_the_first_version_stay_readable(folder: str) -> None:
    verify_recording(SAMPLES / folder)
    for path in (SAMPLES / folder).glob("imu*.parquet"):
        table = pq.read_table(path)
        recording = read_samples(path)
        assert np.array_equal(recording.time_s, table["t_us"].to_numpy() / 1e6)
        facts, rows = read_facts(path) or pytest.fail("no facts")
        assert (facts.clock, facts.clock_quality, facts.identity, facts.counters) == ((), None, None, {})
        assert rows == len(recording.time_s)
        samples, _ = read_device_samples(path)
        assert np.array_equal(samples.acc[:, 0], table["ax"].to_numpy())
