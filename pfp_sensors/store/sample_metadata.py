"""What stands in a sample file beside its samples: everything needed to read it again by itself."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors import __version__
from pfp_sensors.errors import InputError
from pfp_sensors.model.device_samples import ClockPiece, ClockQuality
from pfp_sensors.model.recording import Gap, Side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import Recording

PLAIN_VERSION: Final = "1"
"""Of files in which ``t_us`` itself lies on the recording's time line."""

CLOCK_VERSION: Final = "2"
"""Of files with a clock: whoever reads ``t_us`` alone would misplace the samples, so it has to be refused."""

_PREFIX: Final = "pfp."
_VERSION_KEY: Final = f"{_PREFIX}format_version".encode()


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """Which device measured, as it said itself; None for what it did not say.

    Attributes
    ----------
    kind
        The kind of sensor as in `SensorTraits`.
    clock
        Whose time the samples have: ``device``, or ``host`` where only their arrival is known, which says
        nothing of left against right.
    loss
        How lost samples are known: ``counted``, ``by_time`` or ``not_detectable``.
    evidence
        What has been seen of this kind of sensor and what has not, in words.
    """

    kind: str
    serial: str | None = None
    name: str | None = None
    maker: str | None = None
    model: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    clock: str | None = None
    loss: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """Everything about a sensor's samples but the samples: fields as in `Recording`.

    Attributes
    ----------
    acc_scale_g, gyr_scale_dps
        Size of one unit of the columns, counts or floats; None where they hold g or deg/s.
    origin_us
        Value of ``t_us`` that is second 0 of the recording; the same for all sensors recorded together.
        Without meaning where there is a clock.
    clock
        Where the device clock of each segment lies on the recording's time line; empty where ``t_us``
        lies on it already.
    clock_quality
        How well that is known; None where nothing was fitted.
    counters
        What was counted while recording, by name (received, lost, repeated, ...); None for what this sensor
        gives no means to detect, which is not 0.
    identity
        The device; None for a recording that no device made.
    phone
        As in `Recording`.
    """

    sensor: str
    side: Side | None
    placement: str | None
    rate_hz: float
    nominal_rate_hz: float | None
    acc_range_g: float | None
    gyr_range_dps: float | None
    acc_scale_g: float | None
    gyr_scale_dps: float | None
    gaps: tuple[Gap, ...]
    synthetic: bool
    start_utc: str | None
    origin_us: int
    notes: tuple[str, ...]
    clock: tuple[ClockPiece, ...] = ()
    clock_quality: ClockQuality | None = None
    counters: Mapping[str, int | None] = field(default_factory=dict)
    identity: DeviceIdentity | None = None
    phone: bool = False


def facts_of(recording: Recording, acc_scale_g: float | None, gyr_scale_dps: float | None) -> SampleFacts:
    """Take from a recording what is not samples, with the scales that its samples are stored with."""
    return SampleFacts(
        sensor=recording.sensor,
        side=recording.side,
        placement=recording.placement,
        rate_hz=recording.rate_hz,
        nominal_rate_hz=recording.nominal_rate_hz,
        acc_range_g=recording.acc_range_g,
        gyr_range_dps=recording.gyr_range_dps,
        acc_scale_g=acc_scale_g,
        gyr_scale_dps=gyr_scale_dps,
        gaps=recording.gaps,
        synthetic=recording.synthetic,
        start_utc=recording.start_utc,
        origin_us=0,
        notes=recording.notes,
        phone=recording.phone,
    )


def to_metadata(facts: SampleFacts) -> dict[str, str]:
    """Write facts as Parquet key-value metadata: one JSON value for each key, none for what is not there."""
    version = CLOCK_VERSION if facts.clock else PLAIN_VERSION
    plain = dataclasses.replace(facts, counters=dict(sorted(facts.counters.items())))
    values = dataclasses.asdict(plain)
    kept = {key: value for key, value in values.items() if key not in _OPTIONAL or value}
    values = {"format_version": version, "program_version": __version__, **kept}
    return {
        _PREFIX + key: json.dumps(value, ensure_ascii=False, allow_nan=False) for key, value in values.items()
    }


def from_metadata(path: Path, metadata: Mapping[bytes, bytes]) -> SampleFacts | None:
    """Read Parquet key-value metadata; None where this program did not write the file.

    Parameters
    ----------
    path
        The file, for messages.
    metadata
        All of its key-value metadata.

    Raises
    ------
    InputError
        If a newer version of this program wrote them, or they are damaged.
    """
    version = metadata.get(_VERSION_KEY)
    if version is None:
        return None
    if version not in {json.dumps(known).encode() for known in (PLAIN_VERSION, CLOCK_VERSION)}:
        raise InputError(
            f"{path} has format version {version.decode(errors='replace')}; "
            f"expected {PLAIN_VERSION} or {CLOCK_VERSION}.",
            "Install the newest pfp-sensors and try again.",
        )
    try:
        return _facts(metadata)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"The metadata of {path} are damaged ({error!r:.100}).",
            "Copy the file again, or take it from a backup.",
        ) from error


def _facts(metadata: Mapping[bytes, bytes]) -> SampleFacts:
    values: dict[str, Any] = {}
    for name in (each.name for each in dataclasses.fields(SampleFacts)):
        key = f"{_PREFIX}{name}".encode()
        if name not in _OPTIONAL or key in metadata:
            values[name] = json.loads(metadata[key])
    values["gaps"] = tuple(Gap(**gap) for gap in values["gaps"])
    values["notes"] = tuple(values["notes"])
    if "clock" in values:
        values["clock"] = tuple(_clock_piece(**piece) for piece in values["clock"])
    for name, kind in (("clock_quality", ClockQuality), ("identity", DeviceIdentity)):
        if name in values:
            values[name] = kind(**values[name])
    return SampleFacts(**values)


def _clock_piece(segment: int, device_us: list[int], recording_s: list[float]) -> ClockPiece:
    return ClockPiece(segment, tuple(device_us), tuple(recording_s))


_OPTIONAL: Final = frozenset({"clock", "clock_quality", "counters", "identity", "phone"})
"""Keys that are written only where they say something, so that files without them stay as they were."""
