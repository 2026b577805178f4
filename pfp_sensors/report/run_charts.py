"""The charts of one run, each with its text and the table behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page, words
from pfp_sensors.report.html import Markup, data_table, element
from pfp_sensors.report.svg_chart import Chart, Line, Rule, Span, Steps, draw, nice_axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pfp_sensors.model.report import AgainstTolerance, LegCharts, StretchKind, Window

STRETCH_WORDS: Final[Mapping[StretchKind, str]] = {
    "walking": "walking",
    "still": "standing",
    "other": "something else",
    "gap": "no samples (gap)",
}

_TIME: Final = "time since the start (min)"
_SPANS: Final = " Hatched, or marked at the top where short: not running, or no samples."
_MOST_GAPS_NAMED: Final = 100
_DASHED: Final = ("solid", "dashed")

_ABOUT: Final[Mapping[str, tuple[str, str, str, int, float]]] = {
    "cadence_spm": ("Cadence", "steps per minute", "Steps per minute, both feet counted", 0, 10.0),
    "resultant_g": ("Landing impact over time", "landing impact (g)", "Peak of each landing", 1, 2.0),
    "speed_mps": ("Speed", "speed (m/s)", "Running speed", 2, 0.5),
    "stride_length_m": (
        "Stride length",
        "stride length (m)",
        "From one landing of a leg to its next",
        2,
        0.25,
    ),
}
"""Title, axis, what it is, decimals, and the least that the axis spans."""

_KEYS: Final = {"resultant_g": "impact"}
"""Where the key of a summary is another than that of the chart."""


_Tolerance = tuple[str, float, int]
"""Name, g, and the style of its leg."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the run is held against.

    Attributes
    ----------
    not_judged
        Why it is not held against it, in words; None where it is.
    now
        Whether the tolerance is that for now, not an earlier one.
    """

    against: tuple[AgainstTolerance, ...]
    not_judged: str | None
    now: bool


def figures(legs: Sequence[LegCharts], held: Held) -> Iterator[Markup]:
    """Write every chart that there is, and a line for each that there is not.

    Parameters
    ----------
    held
        Each tolerance is drawn as a line.
    """
    rules = _tolerances(held, legs)
    yield from (_over_time(name, legs, rules, held) for name in ("cadence_spm", "resultant_g"))
    yield _landings(legs, rules, held)
    yield from (_over_time(name, legs, (), held) for name in ("speed_mps", "stride_length_m"))
    yield _waveform(legs)
    yield _stretches(legs)


def leg_name(leg: LegCharts) -> str:
    """Name a leg."""
    return f"{leg.side} leg" if leg.side is not None else leg.sensor or "this leg"


def _over_time(name: str, legs: Sequence[LegCharts], tolerances: Sequence[_Tolerance], held: Held) -> Markup:
    """Draw medians over time with the middle half around them."""
    title, label, what, decimals, least = _ABOUT[name]
    unit = label.partition("(")[2].rstrip(")") or label
    shown = [(k, leg, _series(leg, name)) for k, leg in enumerate(legs)]
    shown = [one for one in shown if one[2]]
    if not shown:
        return _absent(title, legs, _KEYS.get(name, name))
    lines = tuple(Line(f"{leg_name(leg)} ({_DASHED[k % 2]})", k % 2, _pieces(w)) for k, leg, w in shown)
    values = [v for line in lines for piece in line.pieces for point in piece for v in point[1:]]
    rules = tuple(Rule(said, "y", g, style) for said, g, style in tolerances if name == "resultant_g")
    values += [rule.value for rule in rules]
    window_s = shown[0][2][0].end_s - shown[0][2][0].start_s
    chart = Chart(
        ident=f"chart-{name.replace('_', '-')}",
        title=title,
        description=f"{what}: median of every {window_s:.0f} s and, shaded, the middle half of the strides. "
        + " ".join(_in_words(leg, w, unit, decimals) for _, leg, w in shown)
        + (_SPANS if _spans(legs) else "")
        + (_in_relation(tolerances, held) if rules else ""),
        x=nice_axis(_TIME, 0.0, max(leg.duration_s for leg in legs) / 60.0, inside=True),
        y=nice_axis(label, min(values), max(values), least=least),
        lines=lines,
        spans=_spans(legs),
        rules=rules,
        spans_named=_named(legs),
    )
    rows = [
        [leg_name(leg), _minutes(one.start_s, one.end_s), str(one.strides), *_quartiles(one, decimals)]
        for _, leg, series in shown
        for one in series
    ]
    heads = ["leg", "minutes", "strides", "median", "a quarter below", "a quarter above"]
    return _figure(chart, data_table(f"{title}, {label}", heads, rows))


def _series(leg: LegCharts, name: str) -> tuple[Window, ...]:
    found: tuple[Window, ...] = getattr(leg, name)
    return found


def _pieces(series: Sequence[Window]) -> tuple[tuple[tuple[float, float, float, float], ...], ...]:
    """Cut a series where a window has no median."""
    pieces: list[list[tuple[float, float, float, float]]] = [[]]
    for one in series:
        if one.at_s is None or one.median is None or one.p25 is None or one.p75 is None:
            pieces.append([])
        else:
            pieces[-1].append((one.at_s / 60.0, one.median, one.p25, one.p75))
    return tuple(tuple(piece) for piece in pieces if piece)


def _in_words(leg: LegCharts, series: Sequence[Window], unit: str, decimals: int) -> str:
    known = [one.median for one in series if one.median is not None]
    low, high = min(known), max(known)
    return f"{leg_name(leg).capitalize()}: medians {low:.{decimals}f} to {high:.{decimals}f} {unit}."


def _landings(legs: Sequence[LegCharts], tolerances: Sequence[_Tolerance], held: Held) -> Markup:
    """Draw how many landings had which peak."""
    title = "Landings by their impact"
    shown = [(k, leg) for k, leg in enumerate(legs) if leg.landings]
    if not shown:
        return _absent(title, legs, "impact")
    rules = tuple(Rule(said, "x", g, style) for said, g, style in tolerances)
    edges = [edge for _, leg in shown for one in leg.landings for edge in (one.low_g, one.high_g)]
    edges += [rule.value for rule in rules]
    chart = Chart(
        ident="chart-landings",
        title=title,
        description="How many landings had which peak. "
        + " ".join(_mode_in_words(leg) for _, leg in shown)
        + _in_relation(tolerances, held),
        x=nice_axis("landing impact (g)", min(edges), max(edges)),
        y=nice_axis("landings", 0.0, max(float(one.landings) for _, leg in shown for one in leg.landings)),
        steps=tuple(
            Steps(
                f"{leg_name(leg)} ({_DASHED[k % 2]})",
                k % 2,
                tuple((one.low_g, one.high_g, float(one.landings)) for one in leg.landings),
            )
            for k, leg in shown
        ),
        rules=rules,
    )
    rows = [
        [leg_name(leg), f"{one.low_g:g} to {one.high_g:g}", str(one.landings)]
        for _, leg in shown
        for one in leg.landings
    ]
    return _figure(chart, data_table(title, ["leg", "impact (g)", "landings"], rows))


def _tolerances(held: Held, legs: Sequence[LegCharts]) -> list[_Tolerance]:
    """Name each tolerance; legs that share one, to what is shown of it, share a line."""
    legs_of: dict[str, list[AgainstTolerance]] = {}
    for one in held.against:
        legs_of.setdefault(page.g_at_most(one.tolerance_g), []).append(one)
    if len(legs_of) < 2:
        name = "tolerance for now" if held.now else "tolerance then"
        return [(f"{name}, {shown}", of[0].tolerance_g, 0) for shown, of in legs_of.items()]
    sides = [leg.side for leg in legs]
    return [
        (f"{of[0].leg or 'one'} tolerance, {shown}", of[0].tolerance_g, int(sides.index(of[0].leg) % 2))
        for shown, of in legs_of.items()
        if of[0].leg in sides
    ]


def _in_relation(tolerances: Sequence[_Tolerance], held: Held) -> str:
    """Say what is held against the tolerance: the median of a run, and of this one only where it counts."""
    if not tolerances:
        return ""
    when = "" if len(tolerances) < 2 else ", for now" if held.now else ", then"
    lines = "The line" if len(tolerances) == 1 else "The lines"
    line = f" {lines}: {page.listed(said for said, *_ in tolerances)}{when}"
    if held.not_judged is not None:
        return f"{line}; this run is not held against it: {held.not_judged}."
    return f"{line}; it is for the median of a run at your easy speed, not for single landings."


def _mode_in_words(leg: LegCharts) -> str:
    top = max(leg.landings, key=lambda one: one.landings)
    return f"{leg_name(leg).capitalize()}: most often {top.low_g:g} to {top.high_g:g} g."


def _waveform(legs: Sequence[LegCharts]) -> Markup:
    """Draw the mean acceleration around landing with one standard deviation."""
    title = "The mean landing"
    shown = [(k, leg, leg.waveform) for k, leg in enumerate(legs) if leg.waveform is not None]
    if not shown:
        return _absent(title, legs, "waveform")
    lines, rows, said = [], [], []
    for k, leg, wave in shown:
        points = tuple(zip(wave.time_ms, wave.mean_g, wave.sd_g, strict=True))
        piece = tuple((t, mean, max(mean - sd, 0.0), mean + sd) for t, mean, sd in points)
        lines.append(Line(f"{leg_name(leg)} ({_DASHED[k % 2]})", k % 2, (piece,)))
        rows += [[leg_name(leg), f"{t:.1f}", f"{mean:.2f}", f"{sd:.2f}"] for t, mean, sd in points]
        top = max(points, key=lambda point: point[1])
        when = f"{abs(top[0]):.0f} ms {'before' if top[0] < 0 else 'after'} contact"
        said.append(f"{leg_name(leg).capitalize()}: highest, {top[1]:.1f} g, {when}.")
    chart = Chart(
        ident="chart-waveform",
        title=title,
        description=f"Acceleration of the shin around first contact with the ground, mean of "
        f"{' and '.join(words.count(wave.landings, 'landing') for _, _, wave in shown)}; shaded: one "
        f"standard deviation. The peak of the mean lies below the mean of the peaks. {' '.join(said)}",
        x=nice_axis("time since first contact (ms)", -100.0, 250.0, ticks=7),
        y=nice_axis("acceleration (g)", 0.0, max(point[3] for line in lines for point in line.pieces[0])),
        lines=tuple(lines),
    )
    return _figure(chart, data_table(title, ["leg", "time (ms)", "mean (g)", "standard deviation (g)"], rows))


def _stretches(legs: Sequence[LegCharts]) -> Markup:
    """List what was not running, once for all charts."""
    rows = [
        [leg_name(leg), STRETCH_WORDS[one.kind], f"{one.start_s:.1f}", f"{one.end_s - one.start_s:.1f}"]
        for leg in legs
        for one in leg.stretches[:_MOST_GAPS_NAMED]
    ]
    if not rows:
        return Markup("")
    left_out = sum(max(len(leg.stretches) - _MOST_GAPS_NAMED, 0) for leg in legs)
    more = [element("p", f"Not listed: {left_out} more.")] if left_out else []
    table = data_table("Not running, and gaps", ["leg", "what", "from (s)", "for (s)"], rows)
    return element(
        "div", element("details", element("summary", "Not running, and gaps: the times"), table, *more)
    )


def _spans(legs: Sequence[LegCharts]) -> tuple[Span, ...]:
    """Hatch what was not running by the first leg's account, and the gaps of every leg."""
    found = [one for one in legs[0].stretches if one.kind != "gap"]
    found += [one for leg in legs for one in leg.stretches if one.kind == "gap"]
    return tuple(Span(one.kind, one.start_s / 60.0, one.end_s / 60.0) for one in found)


def _named(legs: Sequence[LegCharts]) -> dict[str, str]:
    kinds = {one.kind for one in _spans(legs)}
    return {kind: name for kind, name in STRETCH_WORDS.items() if kind in kinds}


def _quartiles(one: Window, decimals: int) -> list[str]:
    return ["-" if v is None else f"{v:.{decimals}f}" for v in (one.median, one.p25, one.p75)]


def _minutes(start_s: float, end_s: float) -> str:
    return f"{start_s / 60.0:.1f} to {end_s / 60.0:.1f}"


def _figure(chart: Chart, table: Markup) -> Markup:
    """Put a chart under its heading, with its text for eyes too, and the numbers behind it."""
    return element(
        "figure",
        element("h3", chart.title),
        draw(chart),
        element("figcaption", chart.description),
        element("details", element("summary", f"{chart.title}: the numbers"), table),
    )


def _absent(title: str, legs: Sequence[LegCharts], key: str) -> Markup:
    said = dict.fromkeys(leg.missing[key] for leg in legs if key in leg.missing)
    return element("div", element("h3", title), element("p", f"Not shown: {' '.join(said)}"), class_="absent")
