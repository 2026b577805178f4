"""What has to be reached, and whether it was. A target without a figure is not met."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and its limit.

    Attributes
    ----------
    what
        The quantity and where it was measured.
    found
        The figure; NaN or None when nothing could be measured, which is not met.
    limit
        What it must not exceed ("max") or fall short of ("min").
    unit, decimals
        For printing only.
    """

    what: str
    found: float | None
    limit: float
    sense: Literal["max", "min"] = "max"
    unit: str = ""
    decimals: int = 2

    @property
    def met(self) -> bool:
        """Say whether the figure is there and good enough."""
        if self.found is None or not math.isfinite(self.found):
            return False
        return self.found <= self.limit if self.sense == "max" else self.found >= self.limit

    @property
    def verdict(self) -> str:
        """Return the word for the table."""
        return "met" if self.met else "NOT met"

    @property
    def found_text(self) -> str:
        """Write the figure with enough decimals to show on which side of the limit it lies."""
        if self.found is None or not math.isfinite(self.found):
            return "-"
        for decimals in range(self.decimals, self.decimals + 4):
            text = f"{self.found:.{decimals}f}"
            if (float(text) <= self.limit) == (self.found <= self.limit) or self.sense == "min":
                break
        return f"{text} {self.unit}".rstrip()

    @property
    def limit_text(self) -> str:
        """Write the limit."""
        return f"{'<=' if self.sense == 'max' else '>='} {self.limit:g} {self.unit}".rstrip()


def all_true(what: str, right: int, total: int) -> Target:
    """Make a target of "in every case"."""
    return Target(what, right / total * 100.0 if total else None, 100.0, "min", "%", 1)
