"""A sensor while it records, in words for the live page: its link, its battery, what it lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report import words

if TYPE_CHECKING:
    from pfp_sensors.model.live_state import SensorState

_STATES: Final = {
    "searching": "searching for it",
    "connected": "connected, no samples yet",
    "streaming": "sending",
    "lost": "link lost; it is searched for by itself",
    "silent": "connected, but sends nothing",
    "stopped": "stopped",
}


_STRONG_DBM: Final = -65
_FAIR_DBM: Final = -80
"""Usual marks of Bluetooth: above the first a link rarely breaks, below the second it often does."""


def sensor_name(sensor: SensorState) -> str:
    """Name a sensor with the leg that carries it."""
    return (
        f"{sensor.name}, {sensor.side} leg" if sensor.side else f"{sensor.name}, leg not told by the sensor"
    )


def sensor_facts(sensor: SensorState) -> list[tuple[str, str]]:
    """Write what there is to say of a sensor, each with its name; what is not known is said so."""
    facts = [
        ("Link", _STATES.get(sensor.state, sensor.state)),
        ("Signal", _signal(sensor.rssi_dbm)),
        ("Battery", "not known" if sensor.battery_percent is None else f"{sensor.battery_percent:.0f} %"),
        ("Newest sample", _newest(sensor)),
        ("Samples", f"{sensor.received:.0f}"),
        ("Lost", _lost(sensor)),
        ("Landings", f"{sensor.n_contacts}" if sensor.n_contacts else "none yet"),
    ]
    if sensor.clipped:
        facts.append(("Clipped", f"{sensor.clipped:.0f}; these landings were harder than it can say"))
    if sensor.segments > 1:
        facts.append(("Connected again", words.count(sensor.segments - 1, "time")))
    if sensor.dropped:
        facts.append(("Not recorded", f"{words.count(sensor.dropped, 'packet')}: no room on the disk"))
    return facts


def _signal(rssi_dbm: int | None) -> str:
    """Put the strength of a link in words, with its number."""
    if rssi_dbm is None:
        return "not known"
    strength = "strong" if rssi_dbm >= _STRONG_DBM else "fair" if rssi_dbm >= _FAIR_DBM else "weak"
    return f"{strength} ({rssi_dbm} dBm)"


def _newest(sensor: SensorState) -> str:
    if sensor.newest_age_s is None or sensor.state == "stopped":
        return "-"
    return f"{sensor.newest_age_s:.1f} s old"


def _lost(sensor: SensorState) -> str:
    """Write the samples that never came, and their share of all."""
    if sensor.lost is None:
        return "cannot be told of this kind of sensor"
    if not sensor.lost:
        return "0"
    share = 100.0 * sensor.lost / max(1, sensor.lost + sensor.received)
    return f"{sensor.lost:.0f} ({share:.1f} %)"
