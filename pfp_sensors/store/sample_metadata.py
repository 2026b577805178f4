"""What stands in a sample file beside its samples: everything needed to read it again by itself."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors import __version__
from pfp_sensors.errors import InputError
from pfp_sensors.model.recording import Gap, Side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pfp_sensors.model.recording import Recording

FORMAT_VERSION: Final = "1"
_PREFIX: Final = "pfp."


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """Everything about a sensor's samples but the samples: fields as in `Recording`.

    Attributes
    ----------
    acc_scale_g, gyr_scale_dps
        Size of one count, None where the columns hold g or deg/s.
    origin_us
        Value of ``t_us`` that is second 0 of the recording; the same for all sensors recorded together.
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
    )


def to_metadata(facts: SampleFacts) -> dict[str, str]:
    """Write facts as Parquet key-value metadata: one JSON value for each key."""
    values = {"format_version": FORMAT_VERSION, "program_version": __version__, **dataclasses.asdict(facts)}
    return {_PREFIX + key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}


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
    version = metadata.get(f"{_PREFIX}format_version".encode())
    if version is None:
        return None
    if version != json.dumps(FORMAT_VERSION).encode():
        raise InputError(
            f"{path} has format version {version.decode(errors='replace')}; expected {FORMAT_VERSION}.",
            "Install the newest pfp-sensors and try again.",
        )
    try:
        values = {
            field.name: json.loads(metadata[f"{_PREFIX}{field.name}".encode()])
            for field in dataclasses.fields(SampleFacts)
        }
        values["gaps"] = tuple(Gap(**gap) for gap in values["gaps"])
        values["notes"] = tuple(values["notes"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"The metadata of {path} are damaged ({error!r:.100}).",
            "Copy the file again, or take it from a backup.",
        ) from error
    return SampleFacts(**values)
