"""What an analysis of today says otherwise of runs: each figure before and now, and all runs in short."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.actions.edited_figures import FIGURES, impact_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pfp_sensors.errors import PfpError
    from pfp_sensors.model.diary import Run

_COMPARED: Final = (*FIGURES, "distance_source", "distance_error_pct")
"""Figures, and what belongs to a distance that was measured."""

_UNITS: Final = {
    "km": "km",
    "minutes": "min",
    "speed_mps": "m/s",
    "cadence_spm": "steps/min",
    "steps": "steps",
    "distance_error_pct": "%",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure before and now; ``kept`` where the one before stands, and ``now`` is what the analysis says.

    So it is with a figure that the person corrected or typed; and with all of a run of which the recording
    saw only a part, by the minutes that the person gave.

    ``figure`` is a field of `Run`, or of its impact by leg: "impact left resultant_g". ``unit`` is None where
    it is no number.
    """

    figure: str
    before: float | str | None
    now: float | str | None
    kept: bool = False
    unit: str | None = None

    @property
    def change_pct(self) -> float | None:
        """The change as a share of what it was, in percent; None where one of the two is no number."""
        if isinstance(self.before, (str, type(None))) or isinstance(self.now, (str, type(None))):
            return None
        return None if self.before == 0 else 100.0 * (self.now - self.before) / self.before


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What became of one run.

    Attributes
    ----------
    run
        As it is now; where nothing is stored, as it would be.
    done
        Whether it was analysed again; False where this method and these settings made its figures already.
    differences
        Empty where all figures are the same.
    error
        Why it could not be analysed; then it stands as it was.
    notes
        What a person should know of the new figures.
    method_before
        What made its figures before.
    """

    run: Run
    done: bool
    differences: tuple[Difference, ...] = ()
    error: PfpError | None = None
    notes: tuple[str, ...] = ()
    method_before: str | None = None


@dataclass(frozen=True, slots=True)
class FigureChange:
    """How one figure changed over many runs; where the one before stands, it is left out.

    Attributes
    ----------
    runs
        In how many it differs.
    became_known, became_unknown
        In how many of these it had no value before, and has none now.
    median_pct, largest_pct
        Of the others, as a share of what it was; the largest by its size, with its sign. None: no numbers.
    largest_run, largest_before, largest_now
        Id and values of the run with the largest change.
    """

    figure: str
    unit: str | None
    runs: int
    became_known: int
    became_unknown: int
    median_pct: float | None = None
    largest_pct: float | None = None
    largest_run: str | None = None
    largest_before: float | str | None = None
    largest_now: float | str | None = None


def differences_of(old: Run, said: Run, stored: Run) -> tuple[Difference, ...]:
    """Compare the figures of a run with what comes into the diary now, and with what an analysis says.

    Parameters
    ----------
    old
        As the diary has it.
    said
        With all figures of the analysis, also those that do not come into the diary.
    stored
        As the diary shall have it.
    """
    return tuple(_differences(old, said, stored))


def _differences(old: Run, said: Run, stored: Run) -> Iterator[Difference]:
    for name in _COMPARED:
        before, other, now = (_flat(run, name) for run in (old, said, stored))
        for key in dict.fromkeys([*before, *other, *now]):
            if now.get(key) != before.get(key):
                yield Difference(key, before.get(key), now.get(key), unit=_unit(key))
            elif name in FIGURES and other.get(key) != before.get(key):
                yield Difference(key, before.get(key), other.get(key), kept=True, unit=_unit(key))


def _flat(run: Run, name: str) -> dict[str, Any]:
    """Give a figure by its name, impact by leg and part."""
    if name != "impact":
        return {name: getattr(run, name)}
    parts: dict[str, Any] = {}
    for leg, impact in run.impact.items():
        where = impact_name(leg)
        parts |= {f"{where} resultant_g": impact.resultant_g, f"{where} quality": impact.quality}
    return parts


def _unit(figure: str) -> str | None:
    return "g" if figure.endswith("resultant_g") else _UNITS.get(figure)


def in_short(done: Iterable[Recomputed]) -> tuple[FigureChange, ...]:
    """Summarise how each figure changed over all runs, the order of figures as in one run."""
    found: dict[str, list[tuple[str, Difference]]] = {}
    for one in done:
        for each in one.differences:
            if not each.kept:
                found.setdefault(each.figure, []).append((one.run.id, each))
    order = sorted(found, key=_place)
    return tuple(_figure_change(figure, found[figure]) for figure in order)


def _place(figure: str) -> tuple[int, str]:
    name = "impact" if figure.startswith("impact") else figure
    return _COMPARED.index(name), figure


def _figure_change(figure: str, found: list[tuple[str, Difference]]) -> FigureChange:
    known = sum(each.before is None for _, each in found)
    unknown = sum(each.now is None for _, each in found)
    change = FigureChange(figure, _unit(figure), len(found), known, unknown)
    numbers = [(pct, name, each) for name, each in found if (pct := each.change_pct) is not None]
    if not numbers:
        return change
    largest, name, most = max(numbers, key=lambda one: abs(one[0]))
    median = statistics.median(pct for pct, _, _ in numbers)
    return FigureChange(
        figure, change.unit, len(found), known, unknown, median, largest, name, most.before, most.now
    )
