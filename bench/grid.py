"""Simulated runners, many things varied at once: tables by level of each factor, and the worst cells."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from bench.cells import FACTORS, CellResult, run_cell
from bench.hypercube import cells_of_levels
from bench.scores import ERROR_COLUMNS, Events, error_cells, joined, pooled
from bench.tables import Section, Table, count, number, percent
from bench.targets import Target, all_true

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.settings import SignalSettings

Contact = Literal["initial", "terminal"]

CELLS: Final = 420
LONG_CELLS: Final = 1680
SEED: Final = 20250117
_WORKERS: Final = 2
_CHUNK: Final = 10
_CONTACT_MIN_HZ: Final = 100
_IMPACT_MIN_HZ: Final = 200
_N_WORST: Final = 12
_LOST: Final = ("1 % single", "1 % in bursts")


def grid_section(settings: SignalSettings, n_cells: int = CELLS) -> Section:
    """Run the grid and put its tables together."""
    return summed_up(run_grid(settings, n_cells))


def run_grid(settings: SignalSettings, n_cells: int) -> list[CellResult]:
    """Run all cells on two processes; how far it is goes to stderr."""
    cells = cells_of_levels(FACTORS, n_cells, SEED)
    for k, cell in enumerate(cells):
        cell["seed"] = SEED + k
    results = []
    with ProcessPoolExecutor(_WORKERS) as pool:
        for k, result in enumerate(
            pool.map(partial(run_cell, settings=settings), cells, chunksize=_CHUNK), 1
        ):
            results.append(result)
            if k % 60 == 0 or k == n_cells:
                print(f"grid: {k} of {n_cells} cells", file=sys.stderr, flush=True)
    return results


def summed_up(results: Sequence[CellResult]) -> Section:
    """Put results into tables and targets."""
    timed = [r for r in results if r.levels["rate Hz"] >= _CONTACT_MIN_HZ]
    slow = [r for r in results if r.levels["rate Hz"] < _CONTACT_MIN_HZ]
    return Section(
        "Simulated runners",
        f"{len(results)} cells of a Latin hypercube with a fixed seed: each a runner who stands 6 s and runs "
        "45 s, analysed as any recording; every level of every factor comes. Cadence (+-12 steps/min), "
        "contact time (+-10 %), side, direction of tilt and angle of turning are drawn for each cell. Truth "
        "is that of the simulation, whose shapes are our own: it shows what rate, noise, mounting and "
        "losses cost, not how well people are measured. Errors are found minus true. Tables by level are of "
        "100 Hz and more.\n\nPeaks: unclipped ones, in percent of the true peak (noise-free, at 1600 Hz, "
        "same low-pass). Stride length: with a gyroscope, in percent.",
        (
            _contacts_table(timed, "initial"),
            _contacts_table(timed, "terminal"),
            _peaks_table(timed),
            _times_table(timed),
            _slow_table(slow),
            _grades_table(results),
            *_worst_tables(timed),
        ),
        _targets(timed, slow),
        len(results),
    )


def _by_level(
    results: Sequence[CellResult], row: Callable[[list[CellResult]], tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """Make a row for all cells and one for each level of each factor."""
    rows = [("all", "", *row(list(results)))]
    for factor, levels in FACTORS.items():
        for level in dict.fromkeys(levels):
            chosen = [r for r in results if r.levels[factor] == level]
            if chosen:
                rows.append((factor, str(level), *row(chosen)))
    return tuple(rows)


def _contacts_table(results: Sequence[CellResult], contact: Contact) -> Table:
    def row(chosen: list[CellResult]) -> tuple[str, ...]:
        events: Events = getattr(pooled([r.score for r in chosen]), contact)
        worst = min((getattr(r.score, contact).f1 for r in chosen), default=None)
        errors = error_cells(events.error_ms)
        counts = (count(len(chosen)), count(events.n_true), percent(events.f1, 2), percent(worst))
        return (*counts, *errors[1:])

    columns = ("", "", "cells", "contacts", "F1 %", "worst cell", *ERROR_COLUMNS[1:])
    return Table(f"{contact.capitalize()} contact, ms", columns, _by_level(results, row))


def _peaks_table(results: Sequence[CellResult]) -> Table:
    def row(chosen: list[CellResult]) -> tuple[str, ...]:
        peak = 100.0 * joined([r.peak_error for r in chosen])
        medians = [abs(m) for r in chosen if (m := r.peak_median) is not None]
        return (
            count(len(peak)),
            number(float(np.median(peak)) if len(peak) else None, 1, sign=True),
            number(float(np.percentile(np.abs(peak), 95)) if len(peak) else None),
            number(100.0 * max(medians) if medians else None),
            count(sum(r.n_clipped for r in chosen)),
            *error_cells(100.0 * joined([r.length_error for r in chosen])),
        )

    columns = ("", "", "peaks", "median", "p95", "worst cell", "clipped", "lengths", *ERROR_COLUMNS[1:])
    return Table(
        "Unclipped peaks, and stride lengths (the last six columns), %", columns, _by_level(results, row)
    )


def _times_table(results: Sequence[CellResult]) -> Table:
    def row(chosen: list[CellResult]) -> tuple[str, ...]:
        cadence = np.array([r.cadence_error_spm for r in chosen])
        contact = joined([r.score.contact_error_ms for r in chosen])
        return (*error_cells(cadence, 2)[:5], *error_cells(contact))

    columns = ("", "", "cells", "bias", "MAE", "SD", "p95", "contacts", *ERROR_COLUMNS[1:])
    return Table("Cadence of a run, spm, and contact time, ms", columns, _by_level(results, row))


def _slow_table(results: Sequence[CellResult]) -> Table:
    rows = []
    for rate in sorted({r.levels["rate Hz"] for r in results}):
        chosen = [r for r in results if r.levels["rate Hz"] == rate]
        cadence = np.array([r.cadence_error_spm for r in chosen])
        refused = sum(_refuses_timing(r) for r in chosen)
        rows.append(
            (f"{rate} Hz", count(len(chosen)), *error_cells(cadence, 2), f"{refused} of {len(chosen)}")
        )
    columns = (
        "",
        "cells",
        "cadence n",
        "bias",
        "MAE",
        "SD",
        "p95",
        "95 % limits",
        "contact time, impact refused",
    )
    return Table("Below 100 Hz: cadence, spm", columns, tuple(rows))


def _grades_table(results: Sequence[CellResult]) -> Table:
    rows = []
    for rate in sorted({r.levels["rate Hz"] for r in results}):
        chosen = [r for r in results if r.levels["rate Hz"] == rate]
        grades = [r.grade for r in chosen]
        status = [r.status for r in chosen]
        counts = [grades.count(g) for g in ("good", "usable", "poor")] + [status.count("refused")]
        asked = [r for r in chosen if r.levels["gyroscope"] == "yes"]
        lengths = sum("stride_length_m" not in r.refused for r in asked)
        rows.append((f"{rate} Hz", str(len(chosen)), *map(str, counts), f"{lengths} of {len(asked)}"))
    columns = (
        "",
        "cells",
        "good",
        "usable",
        "poor",
        "refused",
        "stride length given, of those with gyroscope",
    )
    return Table("Grades (a run of 45 s is short: 200 steps are needed for good)", columns, tuple(rows))


def _worst_tables(results: Sequence[CellResult]) -> list[Table]:
    """List the worst cells by each measure, with everything that is needed to run them again."""

    def bias(error: np.typing.NDArray[np.float64]) -> float | None:
        return float(error.mean()) if len(error) else None

    measures: dict[str, tuple[Callable[[CellResult], float | None], float, int]] = {
        "lowest F1 of initial contacts, %": (lambda r: 100.0 * (r.score.initial.f1 - 1.0), 100.0, 1),
        "largest bias of initial contact, ms": (lambda r: bias(r.score.initial.error_ms), 0.0, 1),
        "largest bias of terminal contact, ms": (lambda r: bias(r.score.terminal.error_ms), 0.0, 1),
        "largest median peak error, %": (lambda r: _percent(r.peak_median), 0.0, 1),
        "largest bias of stride length, %": (lambda r: _percent(bias(r.length_error)), 0.0, 1),
    }
    tables = []
    for name, (measure, plus, decimals) in measures.items():
        found = [(value, r) for r in results if (value := measure(r)) is not None]
        worst = sorted(found, key=lambda pair: -abs(pair[0]))[:_N_WORST]
        rows = tuple((number(value + plus, decimals, sign=not plus), r.name) for value, r in worst)
        tables.append(Table(f"Worst cells: {name}", ("", " | ".join(FACTORS)), rows))
    return tables


def _at_least(results: Sequence[CellResult], f1: float) -> int:
    return sum(r.score.initial.f1 >= f1 for r in results)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _refuses_timing(result: CellResult) -> bool:
    return {"contact_time_s", "impact"} <= result.refused


def _targets(timed: Sequence[CellResult], slow: Sequence[CellResult]) -> tuple[Target, ...]:
    clean = [r for r in timed if r.levels["samples lost"] == "none" and r.levels["noise"] != "high"]
    lost = [r for r in timed if r.levels["samples lost"] in _LOST]
    fast = [r for r in timed if r.levels["rate Hz"] >= _IMPACT_MIN_HZ and r.peak_median is not None]
    measured = [r for r in timed if r.levels["gyroscope"] == "yes" and len(r.length_error)]
    length = joined([r.length_error for r in measured])
    within = [
        r for r in measured if abs(r.length_error.mean()) <= 0.03 and np.abs(r.length_error).mean() <= 0.05
    ]
    peaks = [r for r in fast if abs(r.peak_median or 0.0) <= 0.05]
    at_208 = pooled([r.score for r in clean if r.levels["rate Hz"] == 208])
    clean_score, lost_score = (pooled([r.score for r in some]) for some in (clean, lost))
    return (
        Target("F1, clean (nothing lost, noise not high), all", clean_score.initial.f1, 0.999, "min", "", 4),
        all_true("F1, clean: cells with >= 0.999", _at_least(clean, 0.999), len(clean)),
        Target("F1, 1 % of samples lost, all contacts", lost_score.initial.f1, 0.99, "min", "", 4),
        all_true("F1, 1 % lost: cells with >= 0.99", _at_least(lost, 0.99), len(lost)),
        Target("SD of initial contact within a cell, median", _median_sd(clean, "initial"), 3.0, unit="ms"),
        Target("SD of terminal contact within a cell, median", _median_sd(clean, "terminal"), 5.0, unit="ms"),
        Target("SD of initial contact, clean at 208 Hz", _sd(at_208.initial.error_ms), 3.0, unit="ms"),
        Target("SD of terminal contact, clean at 208 Hz", _sd(at_208.terminal.error_ms), 5.0, unit="ms"),
        all_true("unclipped peaks at >= 200 Hz: cells with median within 5 %", len(peaks), len(fast)),
        Target("stride length bias, all", _percent(abs(_mean(length))), 3.0, unit="%"),
        Target("stride length MAE, all", _percent(_mean(np.abs(length))), 5.0, unit="%"),
        *_length_levels(measured),
        all_true("stride length: cells with bias <= 3 % and MAE <= 5 %", len(within), len(measured)),
        all_true("contact time and impact refused below 100 Hz", sum(map(_refuses_timing, slow)), len(slow)),
        Target("clipped peaks more than 5 % above the true one",
               float(sum(r.clipped_above for r in timed)), 0.0, decimals=0),
    )  # fmt: skip


def _length_levels(measured: Sequence[CellResult]) -> tuple[Target, Target]:
    """Return the largest bias and MAE of stride length over all levels of all factors."""
    by_level = [
        joined([r.length_error for r in measured if r.levels[factor] == level])
        for factor, levels in FACTORS.items()
        for level in dict.fromkeys(levels)
    ]
    known = [error for error in by_level if len(error)]
    bias = max((abs(_mean(error)) for error in known), default=None)
    size = max((_mean(np.abs(error)) for error in known), default=None)
    return (
        Target("stride length bias, worst level of a factor", _percent(bias), 3.0, unit="%"),
        Target("stride length MAE, worst level of a factor", _percent(size), 5.0, unit="%"),
    )


def _median_sd(results: Sequence[CellResult], contact: Contact) -> float | None:
    """Return the typical scatter of a runner's contacts around that runner's own bias."""
    errors = [getattr(r.score, contact).error_ms for r in results]
    spreads = [float(e.std(ddof=1)) for e in errors if len(e) > 1]
    return float(np.median(spreads)) if spreads else None


def _sd(error: np.typing.NDArray[np.float64]) -> float | None:
    return float(error.std(ddof=1)) if len(error) > 1 else None


def _mean(error: np.typing.NDArray[np.float64]) -> float:
    return float(error.mean()) if len(error) else float("nan")
