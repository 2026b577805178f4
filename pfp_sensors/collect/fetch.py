"""From the bytes of a run in a sensor's memory to a finished recording: kept first, understood then."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.collect.finalise import FinishedRecording
from pfp_sensors.collect.stored_times import order_stored
from pfp_sensors.errors import InputError, PfpError
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.memory import Download, MemoryEntry, memory_of
from pfp_sensors.store.device_files import read_device_samples, write_device_samples
from pfp_sensors.store.download_files import DOWNLOAD_NAME, read_download
from pfp_sensors.store.recording_files import seal_recording, sensor_files
from pfp_sensors.store.sample_files import read_samples
from pfp_sensors.store.sample_metadata import DeviceIdentity, SampleFacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.collect.stored_times import StoredSamples
    from pfp_sensors.model.recording import Side
    from pfp_sensors.sensors.memory import Memory, MemoryRun
    from pfp_sensors.store.download_files import DownloadOrigin

FROM_MEMORY: Final = (
    "downloaded from the sensor's memory: its times are by the sensor's clock alone, so there is no "
    "left/right timing with another recording"
)
_FEWEST_SAMPLES: Final = 2


def finish_download(folder: Path, *, side: Side | None, placement: str | None) -> FinishedRecording:
    """Understand a download that lies in a run's folder, and write and seal its samples beside it.

    The same bytes give the same samples, however often this is done.

    Parameters
    ----------
    folder
        As `write_download` leaves it.
    side, placement
        The leg that carried the sensor, and where; None where it is not known.

    Raises
    ------
    InputError
        If the bytes cannot be understood: they stay as they are.
    PfpError
        If the disk is full: the bytes stay, and this can be done again.
    """
    data, origin = read_download(folder)
    memory = memory_of(origin.kind)
    entry = MemoryEntry(origin.entry_id, origin.entry_name, origin.entry_bytes, origin.entry_utc_s)
    try:
        run = memory.understand(Download(data, origin.said), entry)
    except CodecError as error:
        raise _not_understood(folder, error.message) from error
    if sum(len(one.acc) for one in run.samples) < _FEWEST_SAMPLES:
        raise _not_understood(folder, "it holds fewer than two samples.")
    stored = order_stored(run.samples, memory.traits, run.facts)
    name = str(origin.device.get("name") or origin.kind)
    facts = _facts(name, memory, run, stored, origin, side, placement)
    path = folder / sensor_files([name])[name]
    write_device_samples(path, stored.samples, facts)
    _verify(path, stored)
    seal_recording(folder, [name], extra={"download": asdict(origin)})
    return FinishedRecording(folder, {name: len(stored.time_s)}, {name: facts.counters}, facts.notes)


def _not_understood(folder: Path, reason: str) -> InputError:
    return InputError(
        f"The download in {folder} cannot be understood: {reason}",
        f"Its bytes are kept in {DOWNLOAD_NAME}; please report this with that file. `pfp fetch` of a newer "
        "version that can read it will use them.",
    )


def _facts(
    name: str,
    memory: Memory,
    run: MemoryRun,
    stored: StoredSamples,
    origin: DownloadOrigin,
    side: Side | None,
    placement: str | None,
) -> SampleFacts:
    """Say everything about the samples but the samples."""
    from pfp_sensors.collect.timeline import gaps_of
    from pfp_sensors.signal.sampling import fit_rate_hz

    facts, traits = run.facts, memory.traits
    rate_hz = fit_rate_hz(stored.time_s) if len(stored.time_s) > _FEWEST_SAMPLES else facts.rate_hz
    device = {key: origin.device.get(key) for key in ("serial", "maker", "model", "firmware", "hardware")}
    return SampleFacts(
        sensor=name,
        side=side,
        placement=placement,
        rate_hz=rate_hz,
        nominal_rate_hz=facts.rate_hz,
        acc_range_g=facts.acc_range_g,
        gyr_range_dps=facts.gyr_range_dps,
        acc_scale_g=facts.acc_scale_g,
        gyr_scale_dps=facts.gyr_scale_dps,
        gaps=gaps_of(stored.samples, stored.time_s, rate_hz),
        synthetic=False,
        start_utc=_moment(run.start_utc_ns),
        origin_us=int(stored.samples.t_us[0]),
        notes=_notes(memory, run, stored),
        clock=stored.clock,
        counters={**stored.counters, **{f"notice_{code}": count for code, count in run.skipped.items()}},
        identity=DeviceIdentity(
            kind=traits.kind,
            name=origin.device.get("name"),
            clock=traits.clock,
            loss=traits.loss,
            evidence=traits.evidence,
            **device,
        ),
    )


def _notes(memory: Memory, run: MemoryRun, stored: StoredSamples) -> tuple[str, ...]:
    counts = stored.counters
    notes = [FROM_MEMORY, memory.layout, *run.notes]
    if counts["lost"]:
        notes.append(f"{counts['lost']} samples are missing in the sensor's memory")
    if stored.clock:
        notes.append(
            f"the sensor's clock started anew or was set {len(stored.clock) - 1} times within the run; the "
            "pauses there are not known and are left out"
        )
    notes += [
        f"{count} {code.replace('_', ' ')}: they could not be read" for code, count in run.skipped.items()
    ]
    return tuple(notes)


def _moment(utc_ns: int | None) -> str | None:
    if utc_ns is None:
        return None
    moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=utc_ns / 1000)
    return moment.isoformat(timespec="milliseconds")


def _verify(path: Path, stored: StoredSamples) -> None:
    """Read the file back and compare every number.

    Raises
    ------
    PfpError
        If one differs.
    """
    read_samples(path)  # refuses what the analysis could not read
    found, _ = read_device_samples(path)
    columns: Mapping[str, Any] = {
        name: getattr(stored.samples, name) for name in ("segment", "sample_index", "t_us", "acc", "gyr")
    }
    if not all(np.array_equal(getattr(found, name), values) for name, values in columns.items()):
        raise PfpError(
            f"{path} does not hold what was downloaded: the disk or this program is at fault.",
            f"The bytes are kept in {DOWNLOAD_NAME}. Check the disk, then fetch the run again.",
        )
