"""What is known to be true of a simulated or force-plate recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Bout
    from pfp_sensors.model.recording import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Truth:
    """Truth for one leg, in seconds on the time axis of the recording it belongs to.

    Attributes
    ----------
    initial_contact_s, terminal_contact_s
        (n,) foot on and foot off of the instrumented leg, running and walking.
    running
        (n,) whether that contact belongs to a running bout.
    stride_length_m
        (n,) distance from this contact to the next one of the same leg; NaN for the last of a bout.
    resultant_g, axial_g
        (n,) landing peaks of the noise-free, unclipped signal at 1600 Hz or more after the same
        low-pass as the analysis; NaN when walking.
    bouts
        Running, walking, still.
    """

    initial_contact_s: FloatArray
    terminal_contact_s: FloatArray
    running: BoolArray
    stride_length_m: FloatArray
    resultant_g: FloatArray
    axial_g: FloatArray
    bouts: tuple[Bout, ...]
