"""One sensor's samples as one Parquet file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.model.device_samples import DeviceSamples
from pfp_sensors.model.recording import Recording
from pfp_sensors.store.clock_pieces import TimeLine
from pfp_sensors.store.device_files import ACC_COLUMNS, GYR_COLUMNS, known_facts, write_device_samples
from pfp_sensors.store.parquet_groups import open_parquet, row_groups
from pfp_sensors.store.sample_metadata import SampleFacts, facts_of, from_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from pfp_sensors.model.heard import RawArray
    from pfp_sensors.model.recording import Float32Array, FloatArray, IntArray

_MICROSECONDS_PER_S = 1e6

_ON_GRID_COUNTS = 0.01
"""float32 holds 32767 counts to 0.002 of a count; anything further off is no whole count."""

_COUNT_LIMITS = (-32768.0, 32767.0)


@dataclass(frozen=True, slots=True)
class Scales:
    """Size of one count of a 16-bit sensor; None stores that kind of channel as float32."""

    acc_g: float | None = None
    gyr_dps: float | None = None

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises
        ------
        UsageError
            If one is not above zero.
        """
        for name, scale in (("acc_g", self.acc_g), ("gyr_dps", self.gyr_dps)):
            if scale is not None and not scale > 0:
                raise UsageError(
                    f"The scale {name} is {scale}; it must be above zero.", "Give range / 32768 for 16 bits."
                )


def write_samples(path: Path, recording: Recording, scales: Scales) -> None:
    """Write the samples of a recording in physical units as if a sensor had sent them.

    Times are kept to the microsecond. Where a scale is given and every sample is a whole number of
    counts, the 16-bit counts are stored, else float32.

    Parameters
    ----------
    path
        Final name; see `replacing` for how it is taken.
    recording
        The samples; ``time_s`` must still increase when rounded to microseconds.
    scales
        Size of a count in g and deg/s.

    Raises
    ------
    InputError
        If two samples fall into one microsecond.
    UsageError, PfpError
        If the file cannot be written.
    """
    samples, used = _device_samples(recording, scales)
    write_device_samples(path, samples, facts_of(recording, used.acc_g, used.gyr_dps))


def read_facts(path: Path) -> tuple[SampleFacts, int] | None:
    """Read the metadata and the number of rows of a Parquet file; None if this program did not write it.

    Raises
    ------
    InputError
        If it is not a whole Parquet file, or a newer version of this program wrote it.
    """
    file = open_parquet(path)
    facts = from_metadata(path, file.metadata.metadata or {})
    return None if facts is None else (facts, file.metadata.num_rows)


def read_samples(path: Path) -> Recording:
    """Read one sensor's samples, a row group at a time, into arrays made once.

    Parameters
    ----------
    path
        A file written by `write_samples` or `write_device_samples`.

    Returns
    -------
    Recording
        ``time_s`` (n,) float64 on the recording's time line: by the clock of each sample's segment where the
        file has one, else counted from the origin; ``acc_g`` and ``gyr_dps`` (n, 3) float32.

    Raises
    ------
    InputError
        If the file is damaged, is not a sample file, or holds what no `Recording` may.
    """
    file = open_parquet(path)
    return read_open_samples(path, file, known_facts(path, file))


def read_open_samples(path: Path, file: Any, facts: SampleFacts) -> Recording:
    """Read the samples of a file that is open already; otherwise as `read_samples`.

    Parameters
    ----------
    path
        For messages.
    file
        From `open_parquet`.
    facts
        Its own, or with words that are stronger than those in the file.
    """
    rows = file.metadata.num_rows
    time_s = np.empty(rows, np.float64)
    acc_g = np.empty((rows, 3), np.float32)
    gyr_dps = np.empty((rows, 3), np.float32) if GYR_COLUMNS[0] in file.schema_arrow.names else None
    with _damage_named(path):
        line = TimeLine(facts.clock, facts.origin_us)
    start = 0
    names = (*_time_columns(line), *ACC_COLUMNS, *(() if gyr_dps is None else GYR_COLUMNS))
    for columns in row_groups(path, file, names):
        stop = start + len(columns["t_us"])
        with _damage_named(path):
            line.place(columns["t_us"], columns.get("segment"), time_s[start:stop])
        _fill(acc_g[start:stop], [columns[name] for name in ACC_COLUMNS], facts.acc_scale_g)
        if gyr_dps is not None:
            _fill(gyr_dps[start:stop], [columns[name] for name in GYR_COLUMNS], facts.gyr_scale_dps)
        start = stop
    with _damage_named(path):
        return _recording(time_s, acc_g, gyr_dps, facts)


def read_duration_s(paths: Sequence[Path]) -> float | None:
    """Tell how long some sensors' samples last together, from the first one to the end of the last one.

    Parameters
    ----------
    paths
        Sample files of one recording.

    Returns
    -------
    float or None
        Seconds; None without any sample.

    Raises
    ------
    InputError
        If a file is damaged or is not a sample file.
    """
    starts_s, ends_s = [], []
    for path in paths:
        file = open_parquet(path)
        facts = known_facts(path, file)
        with _damage_named(path):
            line = TimeLine(facts.clock, facts.origin_us)
        for columns in row_groups(path, file, _time_columns(line)):
            time_s = np.empty(len(columns["t_us"]), np.float64)
            with _damage_named(path):
                line.place(columns["t_us"], columns.get("segment"), time_s)
            if len(time_s):
                starts_s.append(float(time_s[0]))
                ends_s.append(float(time_s[-1]) + 1.0 / facts.rate_hz)
    return max(ends_s) - min(starts_s) if starts_s else None


def _time_columns(line: TimeLine) -> tuple[str, ...]:
    return ("t_us", "segment") if line.needs_segments else ("t_us",)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Say of which file it is that its content makes no recording."""
    try:
        yield
    except InputError as error:
        raise InputError(
            f"{path}: {error.message}", "The file is damaged; take it from a backup, or record again."
        ) from error


def _device_samples(recording: Recording, scales: Scales) -> tuple[DeviceSamples, Scales]:
    """Turn a recording into what a sensor would have sent, and say which scales were used."""
    stamps = np.rint(recording.time_s * _MICROSECONDS_PER_S)
    if not bool(np.all(np.diff(stamps) > 0)):
        raise InputError(
            "Two samples of the recording lie within one microsecond.",
            "Give time_s that increases by more than 0.000001 s from sample to sample.",
        )
    acc, acc_scale = _numbers(recording.acc_g, scales.acc_g)
    gyr, gyr_scale = None, None
    if recording.gyr_dps is not None:
        gyr, gyr_scale = _numbers(recording.gyr_dps, scales.gyr_dps)
    samples = DeviceSamples(
        segment=np.zeros(len(stamps), np.uint16),
        sample_index=_sample_index(recording),
        t_us=stamps.astype(np.int64),
        acc=acc,
        gyr=gyr,
    )
    return samples, Scales(acc_scale, gyr_scale)


def _sample_index(recording: Recording) -> IntArray:
    """Count the samples as the sensor did: those lost in gaps leave holes."""
    steps = np.ones(len(recording.time_s), np.int64)
    steps[0] = 0
    for gap in recording.gaps:
        steps[np.searchsorted(recording.time_s, gap.end_s)] += gap.lost_samples
    return np.cumsum(steps)


def _numbers(values: Float32Array, scale: float | None) -> tuple[RawArray, float | None]:
    """Give (n, 3) whole counts and their scale where all values are such, else the values."""
    if scale is not None:
        counts = np.empty(values.shape, np.int16)
        if all(_fill_counts(counts[:, axis], values[:, axis] / np.float64(scale)) for axis in range(3)):
            return counts, scale
    return np.asarray(values, np.float32), None


def _fill_counts(target: npt.NDArray[np.int16], exact: FloatArray) -> bool:
    """Round to 16-bit counts; False, and nothing filled, where a value is no whole count or does not fit."""
    counts = np.rint(exact)
    low, high = _COUNT_LIMITS
    if counts.min() < low or counts.max() > high or np.abs(exact - counts).max() > _ON_GRID_COUNTS:
        return False
    target[:] = counts
    return True


def _fill(target: Float32Array, columns: Sequence[Any], scale: float | None) -> None:
    """Put three columns side by side, counts turned into physical units."""
    for axis, column in enumerate(columns):
        if scale is None:
            target[:, axis] = column
        else:
            np.multiply(column, np.float32(scale), out=target[:, axis], dtype=np.float32, casting="unsafe")


def _recording(
    time_s: FloatArray, acc_g: Float32Array, gyr_dps: Float32Array | None, facts: SampleFacts
) -> Recording:
    return Recording(
        time_s=time_s,
        acc_g=acc_g,
        gyr_dps=gyr_dps,
        rate_hz=facts.rate_hz,
        gaps=facts.gaps,
        side=facts.side,
        placement=facts.placement,
        sensor=facts.sensor,
        acc_range_g=facts.acc_range_g,
        gyr_range_dps=facts.gyr_range_dps,
        start_utc=facts.start_utc,
        nominal_rate_hz=facts.nominal_rate_hz,
        synthetic=facts.synthetic,
        notes=facts.notes,
        phone=facts.phone,
    )
