"""The part ``peers`` of docs/speed.md: how each figure was made, and the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from bench.peers.figures import CONSTANT_WINDOW_S, without_constant
from bench.peers.measure import WARM_S, Measured
from bench.scores import EVENT_COLUMNS, error_cells, event_cells, score_events, scored_stretch
from bench.tables import Section, Table, count, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.recording import FloatArray
    from pfp_sensors.model.truth import Truth

_TIME_COLUMNS: Final = ("", "first s", "warm s", "CPU s", "times the floor", "times pfp_sensors", "peak MB")
_MOVED_COLUMNS: Final = ("", "found", "constant ms", "F1 %", "MAE", "SD", "p95")


def peers_section(measured: Sequence[Measured], truth: Truth, rounds: int) -> Section:
    """Put words and tables together."""
    floor, ours = measured[0], measured[1]
    inside = scored_stretch(np.array([0.0, truth.bouts[-1].end_s]))
    tables = [Table("Time and memory", _TIME_COLUMNS, tuple(_time_row(m, floor, ours) for m in measured))]
    for kind, true_s in (("initial", truth.initial_contact_s), ("terminal", truth.terminal_contact_s)):
        tables += _contact_tables(kind, [m for m in measured if m is not floor], true_s, inside)
    return Section(
        "Other packages on the same hour",
        "\n\n".join((*_method_text(rounds), *map(_peer_text, _by_peer(measured)))),
        tuple(tables),
        n_cases=len(measured),
    )


def _method_text(rounds: int) -> tuple[str, ...]:
    return (
        "Synthetic data: one simulated hour of running at 2.8 m/s with one sensor on the right shank, 208 "
        "Hz, six axes, 16 bit, the same as above, as an uncompressed file of numpy. It shows what the "
        "methods make of a rhythm and shape they were not made for; it says nothing about walking, or "
        "about the places they were made for.",
        f"Each method ran in a process of its own, in its package's own environment, {rounds} times, all "
        "methods by turns. A call reads the file, turns units and axes, and finds the contacts. `first`: "
        "the first call in a process, imports not included (median over rounds). `warm`: the smallest of "
        f"the calls after it (one to three, none begun after {WARM_S:.0f} s). `CPU`: the least processor "
        "time of such a call, all threads. The ratios compare processor times of the same round, since "
        "what else the computer does adds little to them, and are medians over rounds. Peak memory is "
        "that of the process, its imports included.",
        "Contacts are matched one-to-one within 50 ms. A method that marks another moment of the stride "
        "differs by a constant: the second table of each kind takes off the method's own median "
        f"difference (over pairs within {1000 * CONSTANT_WINDOW_S:.0f} ms), which nobody knows who has no "
        "force plate.",
    )


def _by_peer(measured: Sequence[Measured]) -> list[list[Measured]]:
    names = dict.fromkeys(m.peer.name for m in measured)
    return [[m for m in measured if m.peer.name == name] for name in names]


def _peer_text(methods: list[Measured]) -> str:
    peer = methods[0].peer
    done = [m for m in methods if m.results]
    which = f"**{peer.name}**"
    if peer.environment and done:
        which += f" {done[0].results[0]['version']} (Python {done[0].results[0]['python']})"
    ways = " ".join(f"*{m.method.label}*: {m.method.how}" for m in methods)
    failed = "".join(f" *{m.method.label}* has no figures: {m.failure}." for m in methods if m.failure)
    return f"{which}. {peer.made_for} Given: {peer.given} {ways}{failed}"


def _time_row(one: Measured, floor: Measured, ours: Measured) -> tuple[str, ...]:
    warm, cpu = (float(t.min()) if one.results else None for t in (one.warm_s, one.cpu_s))
    return (
        one.method.label,
        number(one.first_s, 2),
        number(warm, 2),
        number(cpu, 2),
        number(one.times(floor), 1),
        number(one.times(ours), 1),
        number(max(one.peaks_mb, default=float("nan")), 0),
    )


def _contact_tables(
    kind: str, measured: Sequence[Measured], true_s: FloatArray, inside_s: tuple[float, float]
) -> list[Table]:
    as_found, moved = [], []
    for one in measured:
        found_s = one.contacts(kind)
        if found_s is None:
            continue
        as_found.append((one.method.label, *event_cells(score_events(true_s, found_s, inside_s))))
        events, constant_ms = without_constant(true_s, found_s, inside_s)
        _, _, mae, sd, p95, _ = error_cells(events.error_ms)
        cells = (number(constant_ms, 1, sign=True), percent(events.f1), mae, sd, p95)
        moved.append((one.method.label, count(events.n_found), *cells))
    return [
        Table(f"{kind.capitalize()} contact as delivered, ms", ("", *EVENT_COLUMNS), tuple(as_found)),
        Table(f"{kind.capitalize()} contact, own constant taken off, ms", _MOVED_COLUMNS, tuple(moved)),
    ]
