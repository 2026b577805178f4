"""FIT files message by message with fitdecode: the few that matter, up to where a file is damaged."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import InputError
from pfp_sensors.formats.fit_fields import FieldNames, number, values_of
from pfp_sensors.formats.watch_extra import require_watch
from pfp_sensors.formats.watch_rows import MAX_PARTS, MAX_ROWS, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pfp_sensors.formats.watch_content import WatchContent
    from pfp_sensors.formats.watch_rows import Row

FIT_EPOCH_UNIX_S: Final = 631_065_600
"""FIT counts seconds from 1989-12-31, 00:00 UTC."""

_NO_DATE_BELOW = 0x10000000
"""Smaller numbers count seconds since the device was switched on."""

_KEPT: Final[Mapping[str, frozenset[str]]] = {
    "file_id": frozenset({"type", "manufacturer", "product", "garmin_product", "product_name"}),
    "session": frozenset(
        {
            "sport",
            "sub_sport",
            "start_time",
            "timestamp",
            "total_distance",
            "total_timer_time",
            "total_elapsed_time",
            "total_ascent",
            "total_descent",
            "total_strides",
            "sport_profile_name",
        }
    ),
    "sport": frozenset({"sport", "sub_sport"}),
    "lap": frozenset(
        {"sport", "sub_sport", "start_time", "timestamp", "total_elapsed_time", "total_distance"}
    ),
    "event": frozenset({"event", "event_type", "timestamp"}),
    "activity": frozenset({"timestamp", "local_timestamp"}),
    "developer_data_id": frozenset({"application_id"}),
}
"""Fields by message; everything else, places, names and serial numbers among it, is not even looked at."""

_MAX_MESSAGES = 20_000
"""Of the kinds above, each."""

_MAX_FRAMES = 3_000_000
"""Messages of any kind in a file: bounds the time that a file of nothing but empty messages takes."""

_LIBRARY_TRIPS_OVER = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
)
"""What fitdecode runs into, without saying so itself, where damaged bytes look like messages."""


@dataclass(slots=True)
class FitPart:
    """One of the files that a FIT file is a chain of; as a rule the only one.

    Attributes
    ----------
    rows
        Records with a date.
    undated
        Records without.
    values
        How many numbers the rows have.
    messages
        By kind, the fields that matter; times in Unix seconds.
    names
        Of developers' fields.
    damage
        What is wrong with it, in sentences.
    """

    rows: list[Row] = field(default_factory=list)
    undated: int = 0
    values: int = 0
    messages: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    names: FieldNames = field(default_factory=FieldNames)
    damage: list[str] = field(default_factory=list)

    def first(self, kind: str) -> dict[str, object]:
        """Give the first message of a kind, or an empty one."""
        return next(iter(self.messages.get(kind, ())), {})


def fit_parts(content: WatchContent) -> list[FitPart]:
    """Read a FIT file; what stands before a damage is kept.

    Parameters
    ----------
    content
        The file.

    Returns
    -------
    parts
        One for each header.

    Raises
    ------
    UsageError
        If fitdecode is missing.
    InputError
        If there are more records than a run can have, or the first header is damaged.
    """
    require_watch("fitdecode")
    parts: list[FitPart] = []
    try:
        for number_of_frame, frame in enumerate(_frames(content.data)):
            if number_of_frame >= _MAX_FRAMES:
                raise _DamagedError(f"more than {_MAX_FRAMES} messages")
            _take(frame, parts)
    except _DamagedError as damage:
        if not parts:
            raise InputError(
                f"{content.name} is no usable FIT file: {damage}.", "Copy or export the file again."
            ) from damage
        parts[-1].damage.append(
            f"The file is damaged or cut short ({damage}); what stands before that was read."
        )
    return parts


class _DamagedError(Exception):
    """Where a FIT file cannot be read on."""


def _frames(data: bytes) -> Iterator[Any]:
    """Yield fitdecode's frames; it computes checksums, and is asked to warn of nothing."""
    import fitdecode

    reader = fitdecode.FitReader(
        data,
        processor=None,
        check_crc=fitdecode.CrcCheck.READONLY,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )
    good = 0
    try:
        with reader:
            for frame in reader:
                good += 1
                yield frame
    except fitdecode.FitEOFError as error:
        raise _DamagedError(f"it ends at byte {error.offset}, where more was announced") from error
    except fitdecode.FitError as error:
        raise _DamagedError(_no_sense(good)) from error
    except _LIBRARY_TRIPS_OVER as error:
        raise _DamagedError(_no_sense(good)) from error


def _no_sense(good: int) -> str:
    """Say where, without the words of a library that nobody but its makers understands."""
    return f"after {good} of its messages the bytes make no sense"


def _take(frame: Any, parts: list[FitPart]) -> None:
    import fitdecode

    if frame.frame_type == fitdecode.FIT_FRAME_HEADER:
        if len(parts) >= MAX_PARTS:
            raise _DamagedError(f"more than {MAX_PARTS} files in one")
        parts.append(FitPart())
        if frame.crc_matched is False:
            parts[-1].damage.append("The checksum of the header does not match.")
    elif frame.frame_type == fitdecode.FIT_FRAME_CRC and not frame.matched:
        parts[-1].damage.append("The checksum does not match: the file was damaged or changed after the run.")
    elif frame.frame_type == fitdecode.FIT_FRAME_DATA:
        _take_message(frame, parts[-1])


def _take_message(frame: Any, part: FitPart) -> None:
    if frame.name == "record":
        _take_record(frame, part)
        return
    wanted = _KEPT.get(frame.name)
    if wanted is None:
        return
    kept = part.messages.setdefault(frame.name, [])
    if len(kept) >= _MAX_MESSAGES:
        raise _DamagedError(f"more than {_MAX_MESSAGES} messages {frame.name}")
    kept.append({f.name: _value(f) for f in frame.fields if f.name in wanted and f.value is not None})


def _take_record(frame: Any, part: FitPart) -> None:
    time = next((unix_of(f.value) for f in frame.fields if f.name == "timestamp"), math.nan)
    if math.isnan(time):
        part.undated += 1
        return
    values = values_of(frame.fields, part.names)
    part.values += len(values)
    if len(part.rows) >= MAX_ROWS or part.values > MAX_VALUES:
        raise InputError("A FIT file with more records than any run has.", "Export one run a file.")
    part.rows.append((time, values))


def _value(field: Any) -> object:
    """Give the value of a field, times in Unix seconds (of local times: as if they were UTC)."""
    return unix_of(field.value) if field.name.endswith(("timestamp", "start_time")) else field.value


def unix_of(value: object) -> float:
    """Turn FIT's seconds into Unix seconds; NaN where they are no date."""
    seconds = number(value)
    return seconds + FIT_EPOCH_UNIX_S if seconds >= _NO_DATE_BELOW else math.nan
