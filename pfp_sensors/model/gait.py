"""What is found in a recording: bouts, contacts and strides. Times are seconds on ``Recording.time_s``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import BoolArray, FloatArray, IntArray

BoutKind = Literal["running", "walking", "still", "other"]


@dataclass(frozen=True, slots=True)
class Bout:
    """A stretch of one kind of movement."""

    kind: BoutKind
    start_s: float
    end_s: float
    flags: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Contacts:
    """Ground contacts of the instrumented leg, in order.

    Attributes
    ----------
    initial_contact_s
        (n,) when the vertical force of that foot rises through 50 N.
    terminal_contact_s
        (n,) when it falls through 50 N; NaN where it cannot be told.
    landing_s
        (n,) when the landing is sharpest, some 40 ms after initial contact: what the search starts from.
    confidence
        (n,) 1 for an onset that passed every check, 0.5 for the fallback or a disagreeing gyroscope.
    """

    initial_contact_s: FloatArray
    terminal_contact_s: FloatArray
    landing_s: FloatArray
    confidence: FloatArray

    def __len__(self) -> int:
        """Count the contacts."""
        return len(self.initial_contact_s)

    @staticmethod
    def none() -> Contacts:
        """No contacts."""
        empty = np.empty(0)
        return Contacts(empty, empty, empty, empty)


@dataclass(frozen=True, slots=True)
class Strides:
    """One row per stride: from an initial contact to the next one of the same leg in the same bout.

    Every array has shape (n,). Unknown values are NaN; ``valid`` is False for a stride whose time
    lies outside the gates or that misses too many samples, and such a stride enters no statistic.
    """

    bout_index: IntArray
    running: BoolArray
    valid: BoolArray
    initial_contact_s: FloatArray
    terminal_contact_s: FloatArray
    stride_time_s: FloatArray
    contact_time_s: FloatArray
    stride_length_m: FloatArray
    speed_mps: FloatArray
    resultant_g: FloatArray
    axial_g: FloatArray
    time_to_peak_s: FloatArray
    clipped: BoolArray
    confidence: FloatArray

    def __len__(self) -> int:
        """Count the strides."""
        return len(self.initial_contact_s)
