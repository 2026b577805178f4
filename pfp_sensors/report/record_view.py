"""A recording while it runs, as lines for a terminal or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pfp_sensors.model.live_state import RecordingState, SensorState

WIDTH: Final = 79
_MB: Final = 1e6


def screen_lines(state: RecordingState, keys: str = "") -> list[str]:
    """Write the whole picture: at most 79 columns, three lines for each sensor."""
    lines = [_head(state)]
    for sensor in state.sensors:
        lines += [_link_line(sensor), _loss_line(sensor), _run_line(sensor)]
    lines.append(_disk_line(state))
    lines += [f"! {text}" for text in (*state.messages, *([state.trouble] if state.trouble else []))]
    if keys:
        lines.append(keys)
    return [line[:WIDTH] for line in lines]


def plain_line(state: RecordingState) -> str:
    """Write the picture as one line, for output that is not a terminal."""
    parts = [clock_text(state.elapsed_s)]
    for sensor in state.sensors:
        rate = "" if sensor.rate_hz is None else f" {sensor.rate_hz:.1f} Hz"
        parts.append(
            f"{sensor.name} {sensor.state}{rate}, {sensor.received} samples, {_lost(sensor)}, "
            f"{sensor.n_contacts} contacts"
        )
    if state.trouble:
        parts.append(state.trouble.replace("\n", " "))
    return "; ".join(parts)


def clock_text(seconds: float) -> str:
    """Write a span as minutes and seconds, with hours from one on."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _head(state: RecordingState) -> str:
    text = f"Recording {clock_text(state.elapsed_s)}"
    if state.synthetic:
        text += "   SIMULATED SENSOR, no person"
    if state.speed_up != 1.0:
        text += f", {state.speed_up:g} times as fast"
    return text


def _link_line(sensor: SensorState) -> str:
    side = f"{sensor.side} leg, " if sensor.side else ""
    parts = [f"{sensor.name}: {side}{sensor.state}"]
    if sensor.rate_hz is not None:
        parts.append(f"{sensor.rate_hz:.1f} Hz")
    if sensor.newest_age_s is not None and sensor.state != "stopped":
        parts.append(f"newest {sensor.newest_age_s:.2f} s old")
    if sensor.battery_percent is not None:
        parts.append(f"battery {sensor.battery_percent} %")
    if sensor.rssi_dbm is not None:
        parts.append(f"{sensor.rssi_dbm} dBm")
    return "   ".join(parts)


def _loss_line(sensor: SensorState) -> str:
    clipped = "clipping not known" if sensor.clipped is None else f"{sensor.clipped} clipped"
    parts = [f"  {sensor.received} samples", _lost(sensor), clipped]
    parts += [
        f"{count} {word}"
        for count, word in (
            (sensor.repeated, "repeated"),
            (sensor.late, "late"),
            (sensor.bad_packets, "bad packets"),
            (sensor.fifo_overflows, "overflows in the sensor"),
            (sensor.reboots, "restarts of the sensor"),
            (max(0, sensor.segments - 1), "reconnections"),
        )
        if count
    ]
    return ", ".join(parts)


def _run_line(sensor: SensorState) -> str:
    if not sensor.n_contacts:
        return "  no running contacts yet"
    cadence = "cadence -" if sensor.cadence_spm is None else f"cadence {sensor.cadence_spm:.0f} steps/min"
    peaks = " ".join(f"{peak:.1f}" for peak in sensor.resultant_g[-5:]) or "-"
    return f"  {cadence}   last impacts {peaks} g   {sensor.n_contacts} contacts"


def _disk_line(state: RecordingState) -> str:
    text = f"On disk {state.bytes_on_disk / _MB:.1f} MB"
    if state.dropped:
        text += f"   {state.dropped} packets dropped: the queue was full"
    return text


def _lost(sensor: SensorState) -> str:
    return "loss cannot be detected" if sensor.lost is None else f"{sensor.lost} lost"
