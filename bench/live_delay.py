"""From the foot's contact to the cue: which part of the delay is whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.gait.agreement import match_events

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.model.recording import BoolArray, FloatArray

DEFINITION: Final = (
    "Contact to cue: from the true initial contact of the simulated runner, placed on the host's clock by "
    "the simulation and not by any estimate, to the call of the listener that gives the cue. Four parts "
    "add up to it. Wait: until the last sample that the detector needs is measured (it looks 130 to 149 "
    "ms ahead). Fill: until the packet with that sample is full (13 samples, 62 ms). Air: until the "
    "connection event (every 30 ms) that a packet ready by then goes with; a sensor is allowed 5 ms to "
    "hand a full packet over. Host: all the rest, from when that event was due to the call. Fill and air "
    "are the radio's own delay: a host can shorten neither. Beyond the radio's own delay is wait + host. "
    "Since the moment of the event is taken from the plan of the air and not from the stamp that the host "
    "gave the packet, a host that comes late to its own radio is late here too."
)

HAND_OVER_S: Final = 0.005
_SAME_CONTACT_S: Final = 0.05
_SAME_REPORT_S: Final = 0.25
"""A live contact is placed up to a connection interval late; strides are at least 0.5 s apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Delays:
    """Parts of the delay of each contact that was told in time to be matched, (n,) s each.

    Attributes
    ----------
    wait_s, fill_s, air_s, host_s
        As in `DEFINITION`.
    can_cue
        Whether a cue may come of it: not before the cadence is known, from the fourth contact of a run on.
    n_true
        Contacts that could have been told: from the first one told on.
    """

    wait_s: FloatArray
    fill_s: FloatArray
    air_s: FloatArray
    host_s: FloatArray
    can_cue: BoolArray
    n_true: int

    @property
    def total_s(self) -> FloatArray:
        """Return contact to cue."""
        return np.asarray(self.wait_s + self.fill_s + self.air_s + self.host_s)

    @property
    def beyond_radio_s(self) -> FloatArray:
        """Return what is not the radio's: wait and host."""
        return np.asarray(self.wait_s + self.host_s)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Contacts of the detector on the samples at their true times, (n,) each.

    Attributes
    ----------
    contact_s, needed_s
        The contact, and the last sample that it needed.
    can_cue
        As in `Delays`.
    """

    contact_s: FloatArray
    needed_s: FloatArray
    can_cue: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What was told live: (n,) the contact's place on the host's clock, and when the listener was called."""

    contact_s: FloatArray
    told_s: FloatArray

    def earlier(self, seconds: float) -> Heard:
        """Return the same on a clock that shows less."""
        return Heard(self.contact_s - seconds, self.told_s - seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Packets:
    """The packets that brought the samples, in order.

    Attributes
    ----------
    full_s
        (m,) when the last sample of each was measured.
    stamp_s
        (m,) when the host had it.
    """

    full_s: FloatArray
    stamp_s: FloatArray


def event_of(full_s: float, stamp_s: float, next_event_s: Callable[[float], float]) -> float:
    """Tell when the event was due that a packet went with.

    It is the first one after the packet was full, unless that came within `HAND_OVER_S` and the packet had
    not come before the next one was due.
    """
    first, ready = next_event_s(full_s), next_event_s(full_s + HAND_OVER_S)
    return first if stamp_s < ready else ready


def split_delays(
    true_s: FloatArray,
    found: Found,
    heard: Heard,
    packets: Packets,
    next_event_s: Callable[[float], float],
) -> Delays:
    """Split the delay of each contact.

    Parameters
    ----------
    true_s
        (k,) true initial contacts; those before the first or after the last one told are left aside.
    found
        What the same detector finds in the same samples.
    heard
        What the live listener was told.
    packets, next_event_s
        What brought the samples, and the plan of the air.
    """
    i, j = match_events(found.contact_s, heard.contact_s, _SAME_REPORT_S)
    place_s = found.contact_s[i]
    first_s, last_s = (place_s[0], place_s[-1]) if len(place_s) else (np.inf, -np.inf)
    inside = true_s[(true_s > first_s - _SAME_CONTACT_S) & (true_s < last_s + _SAME_CONTACT_S)]
    t, f = match_events(inside, place_s, _SAME_CONTACT_S)
    contact, needed, told = inside[t], found.needed_s[i][f], heard.told_s[j][f]
    place = np.searchsorted(packets.full_s, needed - 1e-6)
    full, stamp = packets.full_s[place], packets.stamp_s[place]
    event = np.array([event_of(a, b, next_event_s) for a, b in zip(full, stamp, strict=True)])
    can_cue = found.can_cue[i][f]
    return Delays(needed - contact, full - needed, event - full, told - event, can_cue, len(inside))


def detected(rate_hz: float, range_g: float, counts: Any, time_s: FloatArray) -> Found:
    """Run the online detector over samples at their true times, (n, 6) counts and (n,) s."""
    from pfp_sensors.gait.online import OnlineDetector
    from pfp_sensors.settings import load_signal_settings

    detector = OnlineDetector(rate_hz, load_signal_settings(), range_g)
    acc_g = counts[:, :3].astype(np.float32) * np.float32(range_g / 32768.0)
    contacts = detector.feed(acc_g, time_s)
    return Found(
        np.array([contact.initial_contact_s for contact in contacts]),
        np.array([contact.decided_at_s for contact in contacts]),
        np.array([contact.cadence_spm is not None for contact in contacts], dtype=np.bool_),
    )


def joined_delays(parts: Sequence[Delays]) -> Delays:
    """Put the delays of several sensors together."""
    names = ("wait_s", "fill_s", "air_s", "host_s", "can_cue")
    values = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    return Delays(*values, n_true=sum(part.n_true for part in parts))
