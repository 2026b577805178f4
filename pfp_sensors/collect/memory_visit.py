"""A visit to a sensor's memory: listed once, then run by run downloaded, kept, and made a recording."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pfp_sensors.collect.fetch import finish_download
from pfp_sensors.errors import InputError, PfpError
from pfp_sensors.link.errand import Errand
from pfp_sensors.link.policy import LinkPolicy
from pfp_sensors.sensors.memory import Download, memory_of
from pfp_sensors.store.download_files import (
    ORIGIN_NAME,
    DownloadOrigin,
    sha256_of_bytes,
    stored_downloads,
    write_download,
)
from pfp_sensors.store.home import new_run_folder
from pfp_sensors.store.run_lock import RunLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pfp_sensors.collect.choose import ChosenSensor
    from pfp_sensors.collect.finalise import FinishedRecording
    from pfp_sensors.link.adapter import Adapter
    from pfp_sensors.link.errand import Brought
    from pfp_sensors.model.recording import Side
    from pfp_sensors.sensors.memory import Memory, MemoryContents, MemoryEntry
    from pfp_sensors.store.download_files import StoredDownload

FetchState = Literal["fetched", "read_again", "here", "empty", "failed"]


@dataclass(frozen=True, slots=True)
class ListedRun:
    """One run in a sensor's memory; ``folder``: where it is here, ``finished`` if it could be read."""

    entry: MemoryEntry
    folder: Path | None = None
    finished: bool = False


@dataclass(frozen=True, slots=True)
class SensorMemory:
    """What is in the memory of a sensor, as it lists it."""

    name: str
    kind: str
    title: str
    serial: str | None
    layout: str
    complete: bool
    runs: tuple[ListedRun, ...]


@dataclass(frozen=True, slots=True)
class FetchedRun:
    """What became of one run.

    Attributes
    ----------
    state
        ``fetched``; ``read_again`` from bytes that were here; ``here`` already; ``empty``; or ``failed``.
    folder
        Where it or its raw bytes are; None where nothing is.
    finished, error
        The recording, or why there is none.
    """

    entry: MemoryEntry
    state: FetchState
    folder: Path | None = None
    finished: FinishedRecording | None = None
    error: PfpError | None = None


@dataclass(frozen=True, slots=True)
class Worn:
    """The leg that carried the sensor, and where; None where it is not known."""

    side: Side | None = None
    placement: str | None = None


async def visit_memory(adapter: Adapter, sensor: ChosenSensor, home: Path, patience_s: float) -> MemoryVisit:
    """Connect to a sensor, list its memory, and disconnect.

    Raises
    ------
    SensorError
        If its kind has no documented memory, it is not found within ``patience_s``, or it refuses.
    """
    memory = memory_of(sensor.kind)
    policy = LinkPolicy(first_patience_s=patience_s)
    errand = Errand(
        adapter, sensor.is_it, memory.look, looking_for=sensor.name, serial=sensor.serial, policy=policy
    )
    return MemoryVisit(adapter, home, policy, sensor, memory, await errand.run())


class MemoryVisit:
    """A sensor whose memory has been listed, and from which runs are fetched one by one.

    Attributes
    ----------
    contents
        What the sensor listed.
    """

    def __init__(
        self,
        adapter: Adapter,
        home: Path,
        policy: LinkPolicy,
        sensor: ChosenSensor,
        memory: Memory,
        brought: Brought[MemoryContents],
    ) -> None:
        self.contents = brought.value
        self._identity = brought.identity
        self._adapter, self._home, self._policy = adapter, home, policy
        self._sensor, self._memory = sensor, memory

    def listed(self) -> SensorMemory:
        """Say what is there, and what of it is here already."""
        runs = []
        for entry in self.contents.entries:
            known = self._known(entry)
            runs.append(
                ListedRun(entry) if known is None else ListedRun(entry, known.folder, finished=known.finished)
            )
        traits = self._memory.traits
        return SensorMemory(
            self._sensor.name,
            traits.kind,
            traits.title,
            self._serial,
            self._memory.layout,
            self.contents.complete,
            tuple(runs),
        )

    async def fetch(
        self, entry: MemoryEntry, worn: Worn, came: Callable[[int], None], *, download_known: bool
    ) -> FetchedRun:
        """Fetch one run.

        Parameters
        ----------
        came
            Told how many bytes have come in this try.
        download_known
            Also where it is here already by name, size and date: then its bytes tell.

        Raises
        ------
        SensorError
            If it does not come.
        UsageError, PfpError
            If it cannot be written.
        """
        if entry.size_bytes == 0:
            return FetchedRun(entry, "empty")
        known = None if download_known else self._known(entry)
        if known is not None:
            return self._from_here(entry, known, worn)
        return self._keep(entry, await self._download(entry, came), worn)

    async def _download(self, entry: MemoryEntry, came: Callable[[int], None]) -> Download:
        errand = Errand(
            self._adapter,
            self._sensor.is_it,
            lambda: self._memory.fetch(entry),
            looking_for=self._sensor.name,
            serial=self._identity.serial,
            policy=self._policy,
            came=came,
        )
        return (await errand.run()).value

    def _keep(self, entry: MemoryEntry, download: Download, worn: Worn) -> FetchedRun:
        """Put the bytes on the disk, and only then try to understand them; the same bytes are kept once."""
        digest = sha256_of_bytes(download.data)
        same = next((one for one in stored_downloads(self._home) if one.origin.sha256 == digest), None)
        if same is not None:
            return self._from_here(entry, same, worn)
        now = datetime.fromtimestamp(self._adapter.clock.utc_ns() * 1e-9, UTC)
        folder = new_run_folder(self._home, now)
        with _away_if_nothing_is_kept(folder), RunLock(folder):
            write_download(folder, download.data, self._origin(entry, download, digest, now))
        return _finish(entry, folder, "fetched", worn)

    def _from_here(self, entry: MemoryEntry, known: StoredDownload, worn: Worn) -> FetchedRun:
        if known.finished:
            return FetchedRun(entry, "here", known.folder)
        return _finish(entry, known.folder, "read_again", worn)

    @property
    def _serial(self) -> str | None:
        return self._identity.serial or self.contents.serial

    def _known(self, entry: MemoryEntry) -> StoredDownload | None:
        """Find a run that is here already, by sensor, name, size and date."""
        listed = self._origin(entry, Download(b""), "", datetime.now(UTC))
        here = [one for one in stored_downloads(self._home) if one.origin.is_of(listed)]
        return max(here, key=lambda one: one.finished, default=None)

    def _origin(self, entry: MemoryEntry, download: Download, sha256: str, now: datetime) -> DownloadOrigin:
        device = asdict(self._identity) | {"serial": self._serial, "name": self._sensor.name}
        names = ("serial", "name", "maker", "model", "firmware", "hardware")
        return DownloadOrigin(
            kind=self._memory.traits.kind,
            device={name: device[name] for name in names},
            entry_id=entry.entry_id,
            entry_name=entry.name,
            entry_bytes=entry.size_bytes,
            entry_utc_s=entry.changed_utc_s,
            fetched_utc=now.isoformat(timespec="seconds"),
            sha256=sha256,
            said=download.said,
        )


def _finish(entry: MemoryEntry, folder: Path, state: FetchState, worn: Worn) -> FetchedRun:
    try:
        with RunLock(folder):
            finished = finish_download(folder, side=worn.side, placement=worn.placement)
    except InputError as error:
        return FetchedRun(entry, "failed", folder, error=error)
    return FetchedRun(entry, state, folder, finished)


@contextlib.contextmanager
def _away_if_nothing_is_kept(folder: Path) -> Iterator[None]:
    """Take a new folder away again where not even the bytes could be written."""
    try:
        yield
    except PfpError:
        (folder / ORIGIN_NAME).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else lies there by now: then it stays
            folder.rmdir()
        raise
