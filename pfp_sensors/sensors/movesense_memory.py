"""The memory of a Movesense sensor, in the words of `pfp_sensors.sensors.memory`.

Source: as `pfp_sensors.sensors.movesense_logbook` and `pfp_sensors.sensors.movesense_sbem`. A log holds
neither rate nor ranges: the rate is taken from its time stamps, the ranges are asked of the sensor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.errors import SensorError
from pfp_sensors.model.heard import SensorFacts
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Subscribe
from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.memory import (
    Download,
    MemoryContents,
    MemoryEntry,
    MemoryRun,
    is_wall_clock,
    told_plainly,
)
from pfp_sensors.sensors.movesense_driver import CLIP_SHARE, POSSIBLE_SHARE, TRAITS
from pfp_sensors.sensors.movesense_logbook import MOST_BYTES, LogEntry, fetch_log, list_logs
from pfp_sensors.sensors.movesense_sbem import read_log
from pfp_sensors.sensors.movesense_steps import RATES_HZ, read_ranges, say_hello
from pfp_sensors.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Generator

    from pfp_sensors.model.heard import Samples, SensorTraits
    from pfp_sensors.model.script import Step
    from pfp_sensors.sensors.movesense_sbem import LoggedRun

_FEWEST_BLOCKS: Final = 3
_RATE_ERROR: Final = 0.1
_STEP_MS: Final = 1.0
"""Stamps are whole ms."""

_LAYOUT: Final = (
    "logs are laid out as others have described them, who read two of real sensors, none of them of this "
    "kind of samples (doc); no log of a real sensor has been read with this program (unverified)"
)


class MovesenseMemory:
    """Logs of a Movesense sensor with the GATT sensor data firmware."""

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""
        return TRAITS

    @property
    def layout(self) -> str:
        """Where the layout is documented."""
        return _LAYOUT

    def look(self) -> Generator[Step, Any, MemoryContents]:
        """List the logs.

        Raises
        ------
        SensorError
            If another app answers, or the sensor refuses, as it does while it is logging.
        """
        return told_plainly(_look(), TRAITS.title)

    def fetch(self, entry: MemoryEntry) -> Generator[Step, Any, Download]:
        """Read the ranges, where it tells them, and download one log.

        Raises
        ------
        SensorError
            If the sensor refuses, or the log does not come whole.
        """
        return told_plainly(_fetch(entry), TRAITS.title)

    def understand(self, download: Download, entry: MemoryEntry) -> MemoryRun:
        """Read the samples of a log.

        Raises
        ------
        CodecError
            If it is no log, holds no samples of both accelerometer and gyroscope, or none of the sensor's
            rates fits its time stamps.
        """
        run = read_log(download.data)
        if not run.samples:
            raise CodecError("The log holds no samples of both accelerometer and gyroscope (IMU6, IMU9).")
        rate_hz = _rate_hz(run.samples)
        (acc_g, gyr_dps), notes = _ranges(run.samples, download)
        facts = SensorFacts(
            rate_hz=rate_hz,
            acc_scale_g=1 / STANDARD_GRAVITY_MPS2,
            gyr_scale_dps=1.0,
            acc_range_g=acc_g,
            gyr_range_dps=gyr_dps,
            acc_clip=None if acc_g is None else CLIP_SHARE * acc_g * STANDARD_GRAVITY_MPS2,
            gyr_clip=None if gyr_dps is None else CLIP_SHARE * gyr_dps,
        )
        start_ns, when = _start(run, rate_hz, entry)
        if run.cut:
            notes.append("the log ends in the middle of a record")
        skipped = {"skipped_chunks": run.skipped_chunks} if run.skipped_chunks else {}
        return MemoryRun(facts, run.samples, start_ns, (*notes, when), skipped)


MEMORY: Final = MovesenseMemory()


def _look() -> Generator[Step, Any, MemoryContents]:
    logs = yield from list_logs()
    hello = yield from say_hello()
    entries = tuple(
        MemoryEntry(str(log.log_id), None, log.size, _date(log.modified_s)) for log in logs.entries
    )
    return MemoryContents(entries, logs.complete, hello.serial or None)


def _date(modified_s: int) -> int | None:
    return modified_s if is_wall_clock(modified_s * 10**9) else None


def _fetch(entry: MemoryEntry) -> Generator[Step, Any, Download]:
    if entry.size_bytes > MOST_BYTES:
        raise SensorError(
            f"The sensor says that log {entry.entry_id} has {entry.size_bytes} bytes; "
            f"{MOST_BYTES} at most were expected.",
            "List its memory again; if it stays so, restart the sensor.",
        )
    yield Subscribe(gsp.NOTIFY, Channel.DATA)
    yield from say_hello()
    try:
        ranges = yield from read_ranges(Wish())
        said: dict[str, Any] = {"acc_range_g": ranges[0], "gyr_range_dps": ranges[1]}
    except SensorError as error:  # the log is worth having without them; its numbers are in m/s² and deg/s
        said = {"ranges_problem": error.message}
    log = LogEntry(int(entry.entry_id), entry.changed_utc_s or 0, entry.size_bytes)
    return Download((yield from fetch_log(log)), said)


def _rate_hz(samples: tuple[Samples, ...]) -> float:
    """Find the sensor's rate that fits the time stamps: samples over time, without the pauses."""
    stamps_ms = np.array([(one.device_ns or 0) // 10**6 for one in samples[:-1]])
    following_ms = np.array([(one.device_ns or 0) // 10**6 for one in samples[1:]])
    steps_ms = (following_ms - stamps_ms) % gsp.CLOCK_WRAP_MS
    counts = np.array([len(one.acc) for one in samples[:-1]])
    if len(counts) < _FEWEST_BLOCKS or not np.median(steps_ms):
        raise CodecError(f"The log has {len(samples)} blocks of samples: too few to tell its rate.")
    usual = steps_ms < 1.5 * counts * float(np.median(steps_ms / counts)) + _STEP_MS
    found_hz = 1e3 * float(counts[usual].sum()) / float(steps_ms[usual].sum())
    nearest = min(RATES_HZ, key=lambda rate_hz: abs(np.log(rate_hz / found_hz)))
    if abs(found_hz / nearest - 1) > _RATE_ERROR:
        raise CodecError(f"The log has {found_hz:.4g} samples per second; a Movesense has none such.")
    return nearest


def _ranges(
    samples: tuple[Samples, ...], download: Download
) -> tuple[tuple[float | None, float | None], list[str]]:
    """Take the ranges that the sensor told, unless the log has numbers beyond them."""
    acc_g, gyr_dps = download.said.get("acc_range_g"), download.said.get("gyr_range_dps")
    if acc_g is None or gyr_dps is None:
        reason = download.said.get("ranges_problem", "it was not asked")
        return (None, None), [f"the sensor did not tell its ranges, so clipping is not known ({reason})"]
    most_mps2 = max(float(np.abs(one.acc).max()) for one in samples)
    most_dps = max(float(np.abs(one.gyr).max()) for one in samples if one.gyr is not None)
    if most_mps2 > POSSIBLE_SHARE * acc_g * STANDARD_GRAVITY_MPS2 or most_dps > POSSIBLE_SHARE * gyr_dps:
        return (None, None), [
            f"the log goes beyond the ranges that the sensor is set to now ({acc_g:g} g, {gyr_dps:g} deg/s): "
            "it was recorded with others, so clipping is not known"
        ]
    return (acc_g, gyr_dps), [
        f"the ranges ({acc_g:g} g, {gyr_dps:g} deg/s) are those that the sensor was set to when the run was "
        "fetched: the log holds none"
    ]


def _start(run: LoggedRun, rate_hz: float, entry: MemoryEntry) -> tuple[int | None, str]:
    """Tell when the log began: by a wall clock in it, else by its date in the list less its length."""
    first_ms = (run.samples[0].device_ns or 0) // 10**6
    for clock_ms, utc_us in run.anchors:
        if is_wall_clock(utc_us * 1000):
            since_ms = (first_ms - clock_ms + gsp.CLOCK_WRAP_MS // 2) % gsp.CLOCK_WRAP_MS
            start_ns = utc_us * 1000 + (since_ms - gsp.CLOCK_WRAP_MS // 2) * 10**6
            return start_ns, "its start is by the sensor's wall clock, logged with it"
    if entry.changed_utc_s is not None:
        last = run.samples[-1]
        span_ms = ((last.device_ns or 0) // 10**6 - first_ms) % gsp.CLOCK_WRAP_MS
        length_ns = span_ms * 10**6 + round(len(last.acc) * 1e9 / rate_hz)
        return (
            entry.changed_utc_s * 10**9 - length_ns,
            "its start is the date in the sensor's list less its length, known to some seconds (unverified)",
        )
    return None, "the sensor's clock was never set: when it was run is not known"
