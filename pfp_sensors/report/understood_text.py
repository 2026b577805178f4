"""What was understood of a file, in words and as plain values: shown before anything is written."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.understood import Understood, understood
from pfp_sensors.report.numbers import tidy
from pfp_sensors.report.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.model.recording import AsFound, RecordingFile
    from pfp_sensors.model.understood import TablePreview

FORMAT_WORDS: Final[Mapping[str, str]] = {
    "pfp-folder": "a recording of this program",
    "pfp-parquet": "a recording of this program",
    "csv": "CSV with named columns",
    "csv-mapped": "CSV, read with a mapping",
    "parquet": "Parquet with named columns",
    "xsens-dot": "Movella (Xsens) DOT",
    "blue-trident": "Blue Trident (Capture.U)",
    "metabase": "MetaBase (MetaWear)",
    "sensor-logger": "Sensor Logger",
    "phyphox": "phyphox",
    "motion-bids": "motion-BIDS",
}
"""Names of formats for people; one that is not here is shown as it is."""

_UNITS: Final[Mapping[str, str]] = {
    "g": "g",
    "mg": "mg",
    "mps2": "m/s²",
    "dps": "deg/s",
    "rps": "rad/s",
    "mdps": "mdeg/s",
    "s": "s",
    "ms": "ms",
    "us": "µs",
    "ns": "ns",
}
_ACCELERATION: Final[Mapping[str, str]] = {
    "measured": "with gravity, as the sensor measured it",
    "rebuilt": "gravity was put back by a computed orientation: good for rhythm, not for landing impact",
    "free": "without gravity, which cannot be put back: no landing impact from this file",
}


def understood_lines(file: RecordingFile) -> list[str]:
    """Write what was understood of a file: a line for the format, then some for each sensor.

    Parameters
    ----------
    file
        From `read_recording_file`.
    """
    lines = [f"Format: {FORMAT_WORDS.get(file.source.format, file.source.format)}."]
    many = len(file.recordings) > 1
    for recording in file.recordings:
        name = recording.sensor or recording.side or "sensor"
        lines += [f"{name}: {line}" if many else line for line in _sensor_lines(understood(recording))]
    return lines


def understood_document(file: RecordingFile) -> list[dict[str, Any]]:
    """Give what was understood as plain JSON values, one object for each sensor.

    Parameters
    ----------
    file
        From `read_recording_file`.
    """
    format_name = {"format": file.source.format}
    return [tidy({**format_name, **asdict(understood(recording))}) for recording in file.recordings]


def preview_lines(preview: TablePreview) -> list[str]:
    """Write the first rows of a table by a mapping, with the columns that they come from.

    Parameters
    ----------
    preview
        From `preview`.
    """
    read_in = ("s", *3 * ("g",), *3 * ("deg/s",))
    rows = [
        ["column", *(column or "(from the rate)" for column in preview.columns)],
        ["in the file", *(_unit(unit) for unit in preview.as_written)],
        ["read as", *read_in[: len(preview.channels)]],
        *(["", *(_number(value) for value in row)] for row in preview.rows),
    ]
    return [*table(["", *preview.channels], rows).splitlines(), *preview.notes]


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _sensor_lines(found: Understood) -> list[str]:
    lines = ["SYNTHETIC: computed by a program, not measured."] if found.synthetic else []
    if found.as_found is not None:
        lines += _column_lines(found.as_found)
    lines += [_rate_line(found), _gap_line(found), _gravity_line(found)]
    lines.append(f"Acceleration: {_ACCELERATION[found.acceleration]}.")
    lines.append(_range_line(found))
    if found.gyr_clipped:
        lines.append(f"Rotation: {found.gyr_clipped} samples look cut off at the end of the range.")
    worn = [found.placement or "where it was worn is not known", found.side or "which leg is not known"]
    lines.append(f"Worn: {', '.join(worn)}.")
    if found.start_utc is not None:
        lines.append(f"Began: {found.start_utc}.")
    return lines


def _column_lines(found: AsFound) -> list[str]:
    """Name the columns that were taken, and for what."""
    time = _with_unit((found.time_column,), found.time_unit) if found.time_column else "made from the rate"
    lines = [
        f"Time: {time}.",
        f"Acceleration x, y, z: {_with_unit(found.acc_columns, found.acc_unit)}.",
    ]
    if found.gyr_columns and found.gyr_unit is not None:
        lines.append(f"Rotation x, y, z: {_with_unit(found.gyr_columns, found.gyr_unit)}.")
    else:
        lines.append("Rotation: none.")
    return lines


def _with_unit(columns: Sequence[str], unit: str) -> str:
    """List columns with their unit, unless each says it itself: "Time (s)"."""
    listed, shown = ", ".join(columns), f"({_unit(unit)})"
    said = all(name.replace("^2", "²").replace("°", "deg").endswith(shown) for name in columns)
    return listed if said else f"{listed} {shown}"


def _unit(name: str) -> str:
    return _UNITS.get(name, name)


def _rate_line(found: Understood) -> str:
    text = f"Rate: {found.rate_hz:.4g} Hz over {_duration(found.duration_s)} ({found.samples} samples)"
    if found.nominal_rate_hz is None:
        return f"{text}; the file claims none."
    if found.rate_off_share is None:
        return f"{text}; claimed: {found.nominal_rate_hz:.4g} Hz."
    off = f"off by {found.rate_off_share:+.1%}: the stamps count"
    return f"{text}; claimed: {found.nominal_rate_hz:.4g} Hz, {off}."


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _gap_line(found: Understood) -> str:
    if not found.gaps:
        return "Gaps: none."
    return (
        f"Gaps: {found.gaps}, the longest {found.longest_gap_s:.3g} s; {found.lost_samples} samples missing."
    )


def _gravity_line(found: Understood) -> str:
    rest_g = None if found.as_found is None else found.as_found.gravity_at_rest_g
    if found.as_found is None:
        return "Gravity at rest: not checked, units are this program's own."
    if rest_g is None and found.as_found.gravity_moving_g is not None:
        return f"Gravity while moving: {found.as_found.gravity_moving_g:.2f} g (nothing was still)."
    said = "not checked, nothing was still" if rest_g is None else f"{rest_g:.2f} g"
    return f"Gravity at rest: {said}."


def _range_line(found: Understood) -> str:
    known = "unknown" if found.acc_range_g is None else f"+-{found.acc_range_g:g} g"
    text = f"Largest acceleration of an axis: {found.largest_acc_g:.3g} g; range: {known}"
    if found.acc_clipped:
        return f"{text}; {found.acc_clipped} samples look cut off there: peaks may be higher than shown."
    return f"{text}."
