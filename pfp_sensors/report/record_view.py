"""A recording while it runs, as lines for a terminal or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report.big_words import LETTER_WIDTH, big_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.model.live_state import RecordingState, SensorState

WIDTH: Final = 79
"""Columns of the widest line."""

LINES: Final = 23
"""Lines of the tallest picture: a terminal of 24 lines has one more, for the cursor."""

_LABEL: Final = 13
_COLUMN: Final = 33
_LAST_IMPACTS: Final = 5
_MB: Final = 1e6


def screen_lines(
    state: RecordingState,
    keys: str = "",
    cue: tuple[str, str] | None = None,
    size: tuple[int, int] = (WIDTH, LINES),
) -> list[str]:
    """Write the whole picture: one column for each sensor.

    Parameters
    ----------
    state
        The recording now.
    keys
        What the keys do; "" for none.
    cue
        What the runner is told, and the numbers behind it; the first is shown large where there is room.
    size
        Columns and lines that there are; what finds no room is left out, empty lines first.
    """
    width, height = size
    lines = [_head(state), "", *_table(state), "", _disk_line(state)]
    lines += [f"! {_one_line(text)}" for text in (*state.messages, state.trouble) if text]
    if keys:
        lines.append(keys)
    shown = _fitted(lines, [] if cue is None else _cue_lines(*cue, width), height)
    return [line[:width].rstrip() for line in shown]


def plain_line(state: RecordingState) -> str:
    """Write the picture as one line, for output that is not a terminal."""
    parts = [clock_text(state.elapsed_s), *(["SIMULATED"] if state.synthetic else [])]
    for sensor in state.sensors:
        facts = [f"{sensor.name} {sensor.state}", f"{sensor.received} samples", _lost(sensor)]
        if sensor.rate_hz is not None:
            facts.insert(1, f"{sensor.rate_hz:.1f} Hz")
        if sensor.n_contacts:
            facts += [f"{sensor.n_contacts} landings", f"cadence {_cadence(sensor)}"]
        if sensor.resultant_g:
            facts.append(f"last impact {sensor.resultant_g[-1]:.1f} g")
        parts.append(", ".join(facts))
    parts += [_one_line(text) for text in (*state.messages, state.trouble) if text]
    return "; ".join(parts)


def cue_numbers(text: str, kind: str, value: float, target: float) -> str:
    """Write a cue with the value that was off: steps per minute for ``cadence``, g for ``impact``."""
    if kind == "cadence":
        return f"{text}: now {value:.0f} steps/min, target {target:.0f}"
    return f"{text}: now {value:.1f} g, not above {target:.1f} g"


def clock_text(seconds: float) -> str:
    """Write a span as minutes and seconds, with hours from one on."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


# --- the parts of the picture ----------------------------------------------------------------------


def _head(state: RecordingState) -> str:
    text = f"Recording {clock_text(state.elapsed_s)}"
    if state.synthetic:
        text += "   SIMULATED SENSOR: nothing here was measured on a person"
    if state.speed_up != 1.0:
        text += f" (x{state.speed_up:g})"
    return text


def _table(state: RecordingState) -> list[str]:
    rows: list[tuple[str, Callable[[SensorState], str]]] = [
        ("", _title),
        ("Link", _link),
        ("Battery", lambda one: _known(one.battery_percent, "{} %")),
        ("Rate", lambda one: _known(one.rate_hz, "{:.1f} Hz by its own clock")),
        ("Newest", _newest),
        ("Samples", lambda one: str(one.received)),
        ("Lost", lambda one: "cannot be detected" if one.lost is None else str(one.lost)),
        ("Clipped", lambda one: _known(one.clipped, "{}")),
        ("Also", _also),
        ("Cadence", _cadence),
        ("Last impacts", _impacts),
        ("Landings", lambda one: str(one.n_contacts) if one.n_contacts else "none yet"),
    ]
    return [
        _row(label, values)
        for label, value in rows
        if any(values := [value(sensor) for sensor in state.sensors])
    ]


def _row(label: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{label:<{_LABEL}}{values[0]}"
    return f"{label:<{_LABEL}}" + "".join(f"{_cut(value):<{_COLUMN}}" for value in values)


def _cut(value: str) -> str:
    return value[: _COLUMN - 2]


def _title(sensor: SensorState) -> str:
    return f"{sensor.name}, {sensor.side} leg" if sensor.side else sensor.name


def _link(sensor: SensorState) -> str:
    return sensor.state if sensor.rssi_dbm is None else f"{sensor.state}, {sensor.rssi_dbm} dBm"


def _newest(sensor: SensorState) -> str:
    if sensor.newest_age_s is None or sensor.state == "stopped":
        return "-"
    return f"sample {sensor.newest_age_s:.2f} s old"


def _also(sensor: SensorState) -> str:
    counts = (
        (sensor.repeated, "repeated", ""),
        (sensor.late, "late", ""),
        (sensor.bad_packets, "bad packet", "s"),
        (sensor.fifo_overflows, "overflow", "s"),
        (sensor.reboots, "restart", "s"),
        (max(0, sensor.segments - 1), "reconnection", "s"),
    )
    return ", ".join(f"{count} {word}{'' if count == 1 else more}" for count, word, more in counts if count)


def _cadence(sensor: SensorState) -> str:
    return _known(sensor.cadence_spm, "{:.0f} steps/min")


def _impacts(sensor: SensorState) -> str:
    last = sensor.resultant_g[-_LAST_IMPACTS:]
    return " ".join(f"{peak:.1f}" for peak in last) + " g" if last else "-"


def _known(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def _disk_line(state: RecordingState) -> str:
    text = f"On disk {state.bytes_on_disk / _MB:.1f} MB"
    if state.dropped:
        text += f"   {state.dropped} packets dropped: the queue was full"
    return text


def _cue_lines(cue: str, numbers: str, width: int) -> list[str]:
    """Write the first words of a cue large, and below them all of it with its numbers."""
    words = cue.partition(",")[0]
    large = big_words(words) if len(words) * LETTER_WIDTH <= width + 1 else []
    return [*large, f">>> {numbers}"]


def _fitted(lines: list[str], cue_lines: list[str], height: int) -> list[str]:
    """Leave out what finds no room: empty lines, then the large letters, then the last lines."""
    if len(lines) + len(cue_lines) > height:
        lines = [line for line in lines if line]
    if len(lines) + len(cue_lines) > height:
        cue_lines = cue_lines[-1:]
    return [*lines[: max(0, height - len(cue_lines))], *cue_lines]


def _lost(sensor: SensorState) -> str:
    return "loss cannot be detected" if sensor.lost is None else f"{sensor.lost} lost"


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
