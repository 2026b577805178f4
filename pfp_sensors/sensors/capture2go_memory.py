"""The memory of a Capture2Go IMU, in the words of `pfp_sensors.sensors.memory`.

Source: as `pfp_sensors.sensors.capture2go_files`. That its clock is best set to the time since 1970, in ns,
stands in ``Capture2Go_Communication_Protocol.md`` ("Real-time Streaming", notes) (doc).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.heard import SensorFacts
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Subscribe
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors.capture2go_driver import PROTOCOL, TRAITS
from pfp_sensors.sensors.capture2go_files import StoredFile, fetch_file, list_files, read_run
from pfp_sensors.sensors.capture2go_steps import read_device, settle
from pfp_sensors.sensors.memory import (
    Download,
    MemoryContents,
    MemoryEntry,
    MemoryRun,
    is_wall_clock,
    told_plainly,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from pfp_sensors.model.heard import SensorTraits
    from pfp_sensors.model.script import Step

_LAYOUT: Final = (
    "files are laid out as its maker's protocol document says (doc); no file of a real sensor has been read "
    "with this program (unverified)"
)


class Capture2GoMemory:
    """Files of a Capture2Go IMU. It is stopped where it streams; one that records is left alone."""

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""
        return TRAITS

    @property
    def layout(self) -> str:
        """Where the layout is documented."""
        return _LAYOUT

    def look(self) -> Generator[Step, Any, MemoryContents]:
        """List the files.

        Raises
        ------
        SensorError
            If it records, refuses, or speaks another protocol.
        """
        return told_plainly(_look(), TRAITS.title)

    def fetch(self, entry: MemoryEntry) -> Generator[Step, Any, Download]:
        """Download one file.

        Raises
        ------
        SensorError
            If it records, refuses, or the file does not come whole.
        """
        return told_plainly(_fetch(entry), TRAITS.title)

    def understand(self, download: Download, entry: MemoryEntry) -> MemoryRun:
        """Read the samples of a file; its scales are fixed by the protocol.

        Raises
        ------
        CodecError
            If there are no packed samples in it, or samples at two rates.
        """
        del entry
        run = read_run(download.data)
        facts = SensorFacts(
            rate_hz=run.rate_hz,
            acc_scale_g=payloads.ACC_SCALE_G,
            gyr_scale_dps=payloads.GYR_SCALE_DPS,
            acc_range_g=payloads.ACC_RANGE_G,
            gyr_range_dps=payloads.GYR_RANGE_DPS,
            acc_clip=payloads.CLIP_COUNT,
            gyr_clip=payloads.CLIP_COUNT,
        )
        first_ns = run.samples[0].device_ns or 0
        start_ns = first_ns if is_wall_clock(first_ns) else None
        notes = () if start_ns else ("the sensor's clock was never set: when it was run is not known",)
        skipped = {"skipped_bytes": run.skipped_bytes} if run.skipped_bytes else {}
        return MemoryRun(facts, run.samples, start_ns, notes, skipped)


MEMORY: Final = Capture2GoMemory()


def _look() -> Generator[Step, Any, MemoryContents]:
    files = yield from list_files()
    device = yield from read_device(PROTOCOL)
    entries = tuple(MemoryEntry(str(file.index), file.name, file.size) for file in files)
    return MemoryContents(entries, serial=device.serial or None)


def _fetch(entry: MemoryEntry) -> Generator[Step, Any, Download]:
    yield Subscribe(wire.NOTIFY, Channel.DATA)
    yield from settle()
    yield from read_device(PROTOCOL)
    file = StoredFile(int(entry.entry_id), entry.name or "", entry.size_bytes)
    return Download((yield from fetch_file(file)))
