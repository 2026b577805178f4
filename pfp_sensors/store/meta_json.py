"""``meta.json``: what a person or a program says about the recording beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import Side

META_NAME: Final = "meta.json"
SCHEMA: Final = "pfp.recording/1"
"""What ``schema`` says in a file of this program."""

SAID_KEY: Final = b"pfp.said"
"""Key in the metadata of an exported Parquet table; its value says the same as a ``meta.json``."""

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class SensorMeta:
    """What is said about one sensor, or about all of them; None where nothing is said or known.

    ``said`` holds the keys that are there, so that "unknown" written down differs from nothing written.
    """

    side: Side | None = None
    placement: str | None = None
    acc_range_g: float | None = None
    gyr_range_dps: float | None = None
    sampling_rate_hz: float | None = None
    synthetic: bool | None = None
    start_utc: str | None = None
    sensor: str | None = None
    phone: bool | None = None
    said: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What a file contained when it was written."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordingMeta:
    """A whole ``meta.json``.

    Attributes
    ----------
    common
        What holds for every sensor.
    sensors
        What holds for one sensor only, by its name; stronger than ``common``.
    files
        The seals, by file name.
    program_version
        The version of this program that wrote it; None in a file of others.
    other
        Every key that this program does not know, as it was found.
    """

    common: SensorMeta = field(default_factory=SensorMeta)
    sensors: Mapping[str, SensorMeta] = field(default_factory=dict)
    files: Mapping[str, SealedFile] = field(default_factory=dict)
    program_version: str | None = None
    other: Mapping[str, Any] = field(default_factory=dict)

    def of(self, sensor: str) -> SensorMeta:
        """Tell what holds for one sensor: its own words first, then those for all."""
        own = self.sensors.get(sensor, SensorMeta())
        values = {key: getattr(own if key in own.said else self.common, key) for key in SENSOR_FIELDS}
        return SensorMeta(**values, said=own.said | self.common.said)


def read_meta(path: Path) -> RecordingMeta:
    """Read and check a ``meta.json``.

    Parameters
    ----------
    path
        The file. One that is not there says nothing, which is no error.

    Returns
    -------
    RecordingMeta
        ``side`` "unknown" becomes None.

    Raises
    ------
    InputError
        If it is not a JSON object, or a known key has an impossible value: file, key, found, expected.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(
                f"{path} has more than {_MAX_BYTES} bytes; a meta.json has a few hundred.",
                "Move it away if it is not about this recording.",
            )
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return RecordingMeta()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} cannot be read: {error}.", "Save it as UTF-8 text that you may read."
        ) from error
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} is not valid JSON: {error}.",
            "Correct it at that place, or move it away to go on without it.",
        ) from error
    return _parse(path, _object(path, "", document))


def sensor_said(path: Path, text: bytes) -> SensorMeta:
    """Read what an exported table says of its samples beside them (`SAID_KEY`).

    Raises
    ------
    InputError
        If it is not a JSON object, or a known key has an impossible value.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: its metadata are not JSON: {error}.", "Export it again.") from error
    return _sensor(path, "metadata ", _object(path, "its metadata", document))


def meta_text(values: Mapping[str, Any]) -> str:
    """Write values as the text of a ``meta.json``: indented, so that a person can change it."""
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _parse(path: Path, document: Mapping[str, Any]) -> RecordingMeta:
    """Sort the keys: seals only in a file of this program, sensors only where they are objects by name."""
    own = document.get("schema") == SCHEMA
    sensors, files = document.get("sensors", {}), document.get("files", {})
    aside = {key: value for key, value in document.items() if key not in KNOWN_KEYS}
    if not own:
        aside |= {"files": files} if files else {}
        files = {}
        if not isinstance(sensors, dict) or not all(isinstance(value, dict) for value in sensors.values()):
            aside["sensors"], sensors = sensors, {}
    return RecordingMeta(
        common=_sensor(path, "", document),
        sensors={
            name: _sensor(path, f"sensors.{name}.", _object(path, f"sensors.{name}", value))
            for name, value in _object(path, "sensors", sensors).items()
        },
        files={
            name: _seal(path, f"files.{name}.", _object(path, f"files.{name}", value))
            for name, value in _object(path, "files", files).items()
        },
        program_version=_program_version(path, document) if own else None,
        other=aside,
    )


def _program_version(path: Path, document: Mapping[str, Any]) -> str | None:
    value = document.get("program_version")
    if value is not None and not isinstance(value, str):
        raise _wrong(path, "program_version", value, 'a text such as "0.1.0"')
    return value


def _object(path: Path, key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(path, key or "the whole file", value, "a JSON object { ... }")
    return value


def _sensor(path: Path, prefix: str, values: Mapping[str, Any]) -> SensorMeta:
    found: dict[str, Any] = {}
    for key, (allowed, expected) in _FIELDS.items():
        value = values.get(key)
        if key == "side" and isinstance(value, str):
            value = value.strip().lower()
        if value is None or (key == "side" and value in ("unknown", "")):
            continue
        if not allowed(value):
            raise _wrong(path, prefix + key, values[key], expected)
        found[key] = float(value) if key.endswith(_NUMBER_ENDINGS) else value
    return SensorMeta(**found, said=frozenset(_FIELDS.keys() & values.keys()))


def _seal(path: Path, prefix: str, values: Mapping[str, Any]) -> SealedFile:
    rows, sha256 = values.get("rows"), values.get("sha256")
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise _wrong(path, prefix + "rows", rows, "a whole number of rows")
    if not isinstance(sha256, str) or len(sha256) != 64:
        raise _wrong(path, prefix + "sha256", sha256, "64 hexadecimal digits")
    return SealedFile(rows, sha256)


def _wrong(path: Path, key: str, found: object, expected: str) -> InputError:
    return InputError(
        f"{path}: {key} is {json.dumps(found, ensure_ascii=False)[:80]}; expected {expected}.",
        "Correct the value, or remove the key if it is not known.",
    )


def _between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    )


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _moment(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_NUMBER_ENDINGS = ("_g", "_dps", "_hz")
_FIELDS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "side": (lambda value: value in ("left", "right"), '"left", "right" or "unknown"'),
    "placement": (_text, 'a text such as "shank"'),
    "acc_range_g": (_between(0.5, 1000), "the full scale in g, a number from 0.5 to 1000"),
    "gyr_range_dps": (_between(10, 100_000), "the full scale in deg/s, a number from 10 to 100000"),
    "sampling_rate_hz": (_between(0.1, 100_000), "samples per second, a number from 0.1 to 100000"),
    "synthetic": (lambda value: isinstance(value, bool), "true or false"),
    "start_utc": (_moment, 'a moment with offset such as "2026-10-01T07:00:00+02:00"'),
    "sensor": (_text, "the name of the sensor as text"),
    "phone": (lambda value: isinstance(value, bool), "true or false"),
}
SENSOR_FIELDS: Final = tuple(_FIELDS)
"""What can be said about a sensor."""

KNOWN_KEYS: Final = frozenset({*_FIELDS, "schema", "program_version", "sensors", "files"})
"""Keys of ``meta.json`` that have a meaning here; any other is kept aside."""
