"""Runs downloaded from a sensor's memory: their raw bytes, and where they came from, beside the samples."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.store.home import run_folders
from pfp_sensors.store.meta_json import META_NAME
from pfp_sensors.store.sealed_files import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DOWNLOAD_NAME: Final = "download.bin"
"""What came, byte by byte, before anything in it was understood."""

ORIGIN_NAME: Final = "download.json"
"""Where that came from."""

SCHEMA: Final = "pfp.download/1"


@dataclass(frozen=True, slots=True)
class DownloadOrigin:
    """Where a download came from.

    Attributes
    ----------
    kind
        Of the sensor, as in `SensorTraits`.
    device
        Who the sensor says it is: serial, name, maker, model, firmware, hardware; None for what it does not.
    entry_id, entry_name, entry_bytes, entry_utc_s
        The run as the sensor lists it.
    said
        What the sensor said beside the bytes (JSON values).
    fetched_utc
        When it was fetched, ISO 8601.
    sha256
        Of the bytes.
    """

    kind: str
    device: Mapping[str, str | None]
    entry_id: str
    entry_name: str | None
    entry_bytes: int
    entry_utc_s: int | None
    fetched_utc: str
    sha256: str
    said: Mapping[str, Any] = field(default_factory=dict)

    def is_of(self, other: DownloadOrigin) -> bool:
        """Tell whether two are of the same run in the same sensor, as far as its list tells."""
        return self._place() == other._place()

    def _place(self) -> tuple[object, ...]:
        named = self.entry_name or self.entry_id
        return (self.kind, self.device.get("serial"), named, self.entry_bytes, self.entry_utc_s)


@dataclass(frozen=True, slots=True)
class StoredDownload:
    """A download on the disk; ``finished`` once its samples are written and sealed."""

    folder: Path
    origin: DownloadOrigin
    finished: bool


def sha256_of_bytes(data: bytes) -> str:
    """Return the SHA-256 of some bytes as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def write_download(folder: Path, data: bytes, origin: DownloadOrigin) -> None:
    """Keep a download: both files durable and private, the bytes last, so that they never lie there unnamed.

    Raises
    ------
    UsageError, PfpError
        If they cannot be written.
    """
    text = json.dumps({"schema": SCHEMA, **asdict(origin)}, indent=2, ensure_ascii=False, allow_nan=False)
    with replacing(folder / ORIGIN_NAME) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    with replacing(folder / DOWNLOAD_NAME) as temporary:
        temporary.write_bytes(data)


def read_download(folder: Path) -> tuple[bytes, DownloadOrigin]:
    """Read a download back.

    Raises
    ------
    InputError
        If one of its files is missing or damaged, or the bytes are not those that came.
    """
    origin = read_origin(folder)
    path = folder / DOWNLOAD_NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.", _FETCH_AGAIN) from error
    found = sha256_of_bytes(data)
    if found != origin.sha256:
        raise InputError(
            f"{path} has changed since it came: SHA-256 {found[:12]}, expected {origin.sha256[:12]}.",
            _FETCH_AGAIN,
        )
    return data, origin


def read_origin(folder: Path) -> DownloadOrigin:
    """Read where a download came from.

    Raises
    ------
    InputError
        If that is missing or damaged.
    """
    path = folder / ORIGIN_NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        schema = values.pop("schema")
        if schema != SCHEMA:
            raise ValueError(f"schema {schema!r}, expected {SCHEMA!r}")
        return DownloadOrigin(**values)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.", _FETCH_AGAIN) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is damaged ({error!r:.100}).", _FETCH_AGAIN) from error


def stored_downloads(home: Path) -> tuple[StoredDownload, ...]:
    """List the downloads among the runs of a home, in order of their folders; damaged ones are passed over.

    Raises
    ------
    UsageError
        If the folder of runs cannot be read.
    """
    found = []
    for folder in run_folders(home):
        finished = (folder / META_NAME).exists()
        if not (folder / ORIGIN_NAME).exists() or not (finished or (folder / DOWNLOAD_NAME).exists()):
            continue
        try:
            found.append(StoredDownload(folder, read_origin(folder), finished))
        except InputError:  # the run can be fetched again; what is damaged stays for a person to see
            continue
    return tuple(found)


_FETCH_AGAIN: Final = "Fetch the run again: it stays in the sensor's memory."
