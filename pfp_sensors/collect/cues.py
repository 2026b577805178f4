"""Cues while running: silent on target, a word and a sound off it."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pfp_sensors.errors import UsageError

if TYPE_CHECKING:
    from pfp_sensors.gait.online import LiveContact
    from pfp_sensors.settings.record import CueNumbers

CueKind = Literal["cadence", "impact"]

_SPANS = {"cadence": (100.0, 260.0, "steps per minute"), "impact": (1.0, 100.0, "g")}
_ADVICE = {
    "cadence": "Usual is 5 % above your own cadence, which `pfp analyze` shows.",
    "impact": "Give the landing impact not to exceed; `pfp analyze` shows your usual one.",
}


@dataclass(frozen=True, slots=True)
class CueWish:
    """What a runner wants to be held to: steps per minute, or landing impact in g (an upper limit)."""

    kind: CueKind
    target: float

    def __post_init__(self) -> None:
        """Check the target.

        Raises
        ------
        UsageError
            If no runner could mean it.
        """
        low, high, unit = _SPANS[self.kind]
        if not low <= self.target <= high:
            raise UsageError(
                f"The target is {self.target:g}; for a cue on {self.kind} give {low:g} to {high:g} {unit}.",
                _ADVICE[self.kind],
            )


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: what to say, and the value that was off, in the unit of its kind.

    Attributes
    ----------
    leg
        The leg that is meant, which ``text`` names too; None where it is not one of two.
    """

    text: str
    value: float
    target: float
    contact_s: float
    kind: CueKind = "cadence"
    leg: str | None = None

    @property
    def large(self) -> str:
        """Return the few words that are to be read from afar."""
        first = self.text.partition(",")[0]
        return first if self.leg is None else f"{self.leg.capitalize()} {first.split()[-1]}"


class Coach:
    """Holds contacts against a target and says something only when they are off it, and not too often.

    Parameters
    ----------
    wish
        The target.
    numbers
        Tolerance, how many contacts, how long between cues.
    """

    def __init__(self, wish: CueWish, numbers: CueNumbers) -> None:
        self._wish = wish
        self._numbers = numbers
        self._impacts: dict[str | None, deque[float]] = {}
        self._last_s = float("-inf")

    def hear(self, contact: LiveContact, leg: str | None = None) -> Cue | None:
        """Take a contact; return a cue when it is time for one.

        Parameters
        ----------
        contact
            The next one.
        leg
            Whose it is, where two legs are recorded: landings are then judged leg by leg and the cue says
            which one is meant.
        """
        value = self._value(contact, leg)
        if value is None or contact.initial_contact_s - self._last_s < self._numbers.min_interval_s:
            return None
        text = self._off_target(value)
        if text is None:
            return None
        self._last_s = contact.initial_contact_s
        if leg is None or self._wish.kind == "cadence":
            return Cue(text, value, self._wish.target, contact.initial_contact_s, self._wish.kind)
        text = f"{leg.capitalize()} leg: {text[:1].lower()}{text[1:]}"
        return Cue(text, value, self._wish.target, contact.initial_contact_s, self._wish.kind, leg)

    def _value(self, contact: LiveContact, leg: str | None) -> float | None:
        if self._wish.kind == "cadence":
            return contact.cadence_spm
        impacts = self._impacts.setdefault(leg, deque(maxlen=self._numbers.contacts))
        if contact.resultant_g is not None:
            impacts.append(contact.resultant_g)
        return statistics.median(impacts) if len(impacts) == self._numbers.contacts else None

    def _off_target(self, value: float) -> str | None:
        margin = self._wish.target * self._numbers.tolerance_percent / 100.0
        if value > self._wish.target + margin:
            return "Land softer" if self._wish.kind == "impact" else "Slower rhythm"
        if self._wish.kind == "cadence" and value < self._wish.target - margin:
            return "Quicker, shorter steps"
        return None
