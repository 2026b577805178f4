"""FIT: what watches write themselves; records, sessions, laps, pauses and developers' fields."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import InputError, RefusedError
from pfp_sensors.formats.fit_activity import APPLICATION_ID, SYNTHETIC
from pfp_sensors.formats.fit_fields import number, places_among
from pfp_sensors.formats.fit_messages import FitPart, fit_parts
from pfp_sensors.formats.watch_content import left_out_note
from pfp_sensors.formats.watch_device import device_of
from pfp_sensors.formats.watch_rows import LONGITUDE, row_table
from pfp_sensors.formats.watch_run import Told, run_of
from pfp_sensors.formats.watch_sport import take_sport
from pfp_sensors.model.watch import WatchTotals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.errors import PfpError
    from pfp_sensors.formats.watch_content import WatchContent
    from pfp_sensors.formats.watch_rows import Row, RowTable
    from pfp_sensors.model.watch import WatchRun

_STEPS_PER_STRIDE = 2
_STARTS = ("start",)
_STOPS = ("stop", "stop_all", "stop_disable", "stop_disable_all")
_MAX_OFFSET_S: Final = 14 * 3600
_OFFSET_STEP_S: Final = 900
_NEAR_S: Final = 60.0
_NEARLY_ALL: Final = 0.9
_MAX_FROM_SUN_S: Final = 3.5 * 3600
"""No place's clock is further from its sun: China's west and Argentina's are at 3 hours."""


@dataclass(frozen=True, slots=True)
class _Span:
    """One session of a file: what it says, and from when to when its rows are."""

    said: Mapping[str, object]
    start_s: float
    end_s: float


def read_fit(content: WatchContent, *, keep_positions: bool = False, sport: str = "") -> tuple[WatchRun, ...]:
    """Read the runs of a FIT file: as a rule one; of several sports or chained files, the runs among them.

    Parameters
    ----------
    content
        The file.
    keep_positions
        Whether the places are kept.
    sport
        What an archive says of it, where the file says nothing.

    Raises
    ------
    InputError
        If it is no activity, or has no record with a time.
    RefusedError
        If it is of another sport.
    UsageError
        If fitdecode is missing.

    Notes
    -----
    Names of messages and fields as in the public FIT profile, which fitdecode carries. Cadence and fractional
    cadence count one leg there; here is the sum of both feet.
    """
    runs: list[WatchRun] = []
    problems: list[PfpError] = []
    for part in fit_parts(content):
        for span in _spans(part):
            try:
                runs.append(_run(content, part, span, sport, keep_positions=keep_positions))
            except (RefusedError, InputError) as problem:
                problems.append(problem)
    if not runs:
        raise problems[0] if problems else _no_rows(content, FitPart())
    if problems:
        note = left_out_note(content, problems)
        runs = [replace(run, notes=(*run.notes, note)) for run in runs]
    return tuple(runs)


def _spans(part: FitPart) -> list[_Span]:
    """Divide a file by its sessions; a session told twice counts once, as it was told last."""
    sessions = {number(said.get("start_time")): said for said in part.messages.get("session", ())}
    starts = sorted(start for start in sessions if math.isfinite(start))
    if len(starts) < 2:
        return [_Span(next(iter(sessions.values()), {}), -math.inf, math.inf)]
    edges = [-math.inf, *starts[1:], math.inf]
    return [_Span(sessions[start], edges[k], edges[k + 1]) for k, start in enumerate(starts)]


def _run(content: WatchContent, part: FitPart, span: _Span, sport: str, *, keep_positions: bool) -> WatchRun:
    """Make a run of one session."""
    kind = part.first("file_id").get("type", "activity")
    if kind != "activity":
        raise InputError(
            f"{content.name} is a FIT file of the kind {str(kind)[:40]!r}; expected an activity.",
            "Export the run itself; plans, courses and daily totals are other files.",
        )
    told_by = next((m for m in (span.said, part.first("sport"), part.first("lap")) if m.get("sport")), {})
    told_sport, sub_sport = str(told_by.get("sport") or ""), str(told_by.get("sub_sport") or "")
    taken = take_sport(content.name, told_sport or sport, sub_sport, listed=bool(told_sport))
    rows, strays = _rows_of(part, span)
    table = row_table(rows)
    if table is None:
        raise _no_rows(content, part)
    _check_enough_left(content, part, table)
    table, notes = _without_places(table)
    offset, offset_note = _utc_offset(part.first("activity"), table)
    told = Told(
        taken,
        device=_device(part.first("file_id")),
        utc_offset_s=offset,
        pauses=_pauses(part.messages.get("event", ()), table),
        laps=_laps(part.messages.get("lap", ()), span),
        totals=_totals(span.said),
        units=part.names.units,
        notes=(*part.damage, *strays, *notes, *offset_note, *_session_notes(part)),
        own=_own(part),
        synthetic=_synthetic(part, span),
        damaged=bool(part.damage),
    )
    if span.start_s > -math.inf:
        table = _from_zero(table)
    return run_of(content, "fit", table, told, keep_positions=keep_positions)


def _rows_of(part: FitPart, span: _Span) -> tuple[list[Row], list[str]]:
    """Take the rows of a session; of a damaged file those of its own time, where nearly all are."""
    rows = [row for row in part.rows if span.start_s <= row[0] < span.end_s]
    if not part.damage:
        return rows, []
    start, lasted_s = number(span.said.get("start_time")), number(span.said.get("total_elapsed_time"))
    within = [row for row in rows if start - _NEAR_S <= row[0] <= start + lasted_s + _NEAR_S]
    if len(within) == len(rows) or len(within) < _NEARLY_ALL * len(rows):
        return rows, []
    strays = len(rows) - len(within)
    return within, [f"{strays} rows lie outside of the time of the run and were left out."]


def _check_enough_left(content: WatchContent, part: FitPart, table: RowTable) -> None:
    """Refuse a damaged file of whose records fewer can be used than not."""
    lost = table.lost + part.undated
    if part.damage and lost > len(table.time_s):
        raise InputError(
            f"{content.name} is damaged: {lost} of its records have no usable time, {len(table.time_s)} do. "
            f"{part.damage[0]}",
            "Copy or export the file again.",
        )


def _own(part: FitPart) -> bool:
    """Tell a file of this program by the mark of its developer fields."""
    marks = (said.get("application_id") for said in part.messages.get("developer_data_id", ()))
    return any(isinstance(mark, tuple) and mark == tuple(APPLICATION_ID) for mark in marks)


def _synthetic(part: FitPart, span: _Span) -> bool:
    product = str(part.first("file_id").get("product_name") or "")
    return product.endswith(f" {SYNTHETIC}") or span.said.get("sport_profile_name") == SYNTHETIC


def _session_notes(part: FitPart) -> list[str]:
    notes = []
    if part.undated:
        notes.append(f"{part.undated} records had no date and were left out.")
    sessions = part.messages.get("session", [])
    if len({number(said.get("start_time")) for said in sessions}) < len(sessions):
        notes.append("The file tells a session twice; what it says last was taken.")
    if not sessions:
        notes.append("The file has no message of the whole session; its totals are unknown.")
    if part.names.left_out:
        notes.append(f"{len(part.names.left_out)} developers' fields were left out: places, or too many.")
    return notes


def _without_places(table: RowTable) -> tuple[RowTable, list[str]]:
    """Leave out developers' fields that hold the position once more."""
    places = places_among(table.columns)
    if not places:
        return table, []
    kept = {name: values for name, values in table.columns.items() if name not in places}
    return replace(table, columns=kept), [
        f"{len(places)} developers' fields held positions and were left out."
    ]


def _from_zero(table: RowTable) -> RowTable:
    """Let the distance of a later session of a file start at 0."""
    distance = table.columns.get("distance_m")
    if distance is None:
        return table
    return replace(table, columns={**table.columns, "distance_m": distance - np.nanmin(distance)})


def _device(file_id: Mapping[str, object]) -> str | None:
    """Give maker and model; a name given to the device only where it is the maker's own."""
    maker = file_id.get("manufacturer")
    if not isinstance(maker, str) or maker in ("development", "invalid"):
        return None
    model = file_id.get("garmin_product", file_id.get("product"))
    named = device_of(str(file_id.get("product_name") or ""))
    if named and named.lower().startswith(maker.lower()):
        return named
    return maker if model is None else f"{maker} {model}"


def _utc_offset(activity: Mapping[str, object], table: RowTable) -> tuple[int | None, tuple[str, ...]]:
    """Take local time less UTC, unless it cannot be the clock of the place."""
    seconds = number(activity.get("local_timestamp")) - number(activity.get("timestamp"))
    if not math.isfinite(seconds) or abs(seconds) > _MAX_OFFSET_S:
        return None, ()
    offset = _OFFSET_STEP_S * round(seconds / _OFFSET_STEP_S)
    if LONGITUDE in table.columns:
        sun_s = float(np.nanmedian(table.columns[LONGITUDE])) / 360.0 * 86_400.0
        away = abs((offset - sun_s + 43_200.0) % 86_400.0 - 43_200.0)
        if away > _MAX_FROM_SUN_S:
            return None, ("Its local time does not fit the place of the run, and was left out.",)
    return offset, ()


def _pauses(events: Sequence[Mapping[str, object]], table: RowTable) -> tuple[tuple[float, float], ...]:
    """Take the stretches from a stop of the timer to its next start, within the rows."""
    first, last = table.start_unix_s, table.start_unix_s + float(table.time_s[-1])
    timer = [(number(e.get("timestamp")), e.get("event_type")) for e in events if e.get("event") == "timer"]
    pauses: list[tuple[float, float]] = []
    stopped: float | None = None
    for time, what in sorted(((t, w) for t, w in timer if first <= t <= last), key=lambda event: event[0]):
        if what in _STOPS and stopped is None:
            stopped = time
        elif what in _STARTS and stopped is not None:
            if time > stopped:
                pauses.append((stopped, time))
            stopped = None
    return tuple(pauses)


def _laps(laps: Sequence[Mapping[str, object]], span: _Span) -> tuple[tuple[float, float, float | None], ...]:
    found = []
    for lap in laps:
        start, elapsed = number(lap.get("start_time")), number(lap.get("total_elapsed_time"))
        end = start + elapsed if math.isfinite(elapsed) else number(lap.get("timestamp"))
        if span.start_s <= start < span.end_s and end >= start:
            found.append((start, end, _known(lap.get("total_distance"))))
    return tuple(sorted(found, key=lambda lap: lap[0]))


def _totals(session: Mapping[str, object]) -> WatchTotals:
    strides = _known(session.get("total_strides"))
    return WatchTotals(
        distance_m=_known(session.get("total_distance")),
        timer_s=_known(session.get("total_timer_time")),
        elapsed_s=_known(session.get("total_elapsed_time")),
        ascent_m=_known(session.get("total_ascent")),
        descent_m=_known(session.get("total_descent")),
        steps=None if strides is None else round(_STEPS_PER_STRIDE * strides),
    )


def _known(value: object) -> float | None:
    told = number(value)
    return told if math.isfinite(told) and told >= 0 else None


def _no_rows(content: WatchContent, part: FitPart) -> InputError:
    why = f" {part.damage[0]}" if part.damage else ""
    return InputError(
        f"{content.name} has no record with a time; expected one a second or so.{why}",
        "Export the run again; a run typed in by hand has no records.",
    )
