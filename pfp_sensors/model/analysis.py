"""One leg's analysis: the summary and the strides it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.model.gait import Strides
    from pfp_sensors.model.summary import Provenance, RunSummary, Symmetry


@dataclass(frozen=True, slots=True)
class LegAnalysis:
    """Summary and strides of one sensor."""

    summary: RunSummary
    strides: Strides


@dataclass(frozen=True, slots=True)
class FileAnalysis:
    """All legs of one file: one, or left and right with their symmetry."""

    provenance: Provenance
    legs: tuple[LegAnalysis, ...]
    symmetry: Symmetry | None = None
