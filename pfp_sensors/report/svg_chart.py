"""A small chart: linear axes with round ticks and units, lines told apart by dash and mark, not by colour."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pfp_sensors.report.html import Markup, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH: Final = 360.0
"""That of a small phone, so that no text is shrunk there."""

_LEFT, _RIGHT, _TOP, _PLOT = 52.0, 14.0, 10.0, 150.0
_BELOW_AXIS = 34.0
_LEGEND_ROW, _LEGEND_LEFT = 15.0, 4.0
_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_MARK_EVERY_X: Final = 36.0
_THINNEST, _NO_SPACE, _TICK = 1.5, 0.5, 5.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis with its name and unit, and where it is marked."""

    label: str
    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line in unbroken pieces, with a band around it; ``style`` 0 is solid, 1 dashed.

    Each point is (x, y, low, high) of line and band; low and high may be equal to y.
    """

    name: str
    style: int
    pieces: tuple[tuple[tuple[float, float, float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Columns of a histogram as one outline: (left, right, height)."""

    name: str
    style: int
    columns: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the x axis that is hatched; ``kind`` names the pattern."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line across the chart at one value of an axis ("x" or "y"), with its name.

    ``style`` 0 is dotted, 1 dash and dot.
    """

    name: str
    axis: str
    value: float
    style: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows; ``spans_named`` gives the kinds of spans that are drawn, with their words."""

    ident: str
    title: str
    description: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...] = ()
    steps: tuple[Steps, ...] = ()
    spans: tuple[Span, ...] = ()
    rules: tuple[Rule, ...] = ()
    spans_named: dict[str, str] = field(default_factory=dict)


def nice_axis(
    label: str, low: float, high: float, *, least: float = 1e-6, ticks: int = 5, inside: bool = False
) -> Axis:
    """Make an axis with round ticks.

    Parameters
    ----------
    least
        The axis spans at least so much, so that noise does not look like change.
    inside
        Whether it ends at ``low`` and ``high`` themselves, not on ticks.
    """
    short = max(least - (high - low), 0.0)
    low, high = (low, high + short) if inside or low == 0 else (low - short / 2, high + short / 2)
    raw = (high - low) / ticks
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(each * power for each in _STEPS if each * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if inside:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    decimals += round(step * 10**decimals, 6) % 1 != 0
    at = tuple(k * step for k in range(first, last + 1))
    return Axis(label, low if inside else at[0], high if inside else at[-1], at, decimals)


def draw(chart: Chart) -> Markup:
    """Draw a chart as an SVG with title and description."""
    frame = _Frame(chart.x, chart.y)
    legend = list(_legend(chart, frame.bottom + _BELOW_AXIS))
    height = frame.bottom + _BELOW_AXIS + _LEGEND_ROW * math.ceil(len(legend) / 2)
    names = (f"{chart.ident}-title", f"{chart.ident}-desc")
    return element(
        "svg",
        element("title", chart.title, id=names[0]),
        element("desc", chart.description, id=names[1]),
        element("defs", *(_pattern(chart.ident, kind) for kind in chart.spans_named)),
        *(_hatched(chart, kind, frame) for kind in chart.spans_named),
        *_axes(frame),
        *(_steps(one, frame) for one in chart.steps),
        *(_line(one, frame) for one in chart.lines),
        *(_rule(one, frame) for one in chart.rules),
        *legend,
        role="img",
        aria_labelledby=" ".join(names),
        viewBox=f"0 0 {WIDTH:g} {height:g}",
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values lie on the drawing."""

    x_axis: Axis
    y_axis: Axis
    bottom: float = _TOP + _PLOT

    def x(self, value: float) -> float:
        share = (value - self.x_axis.low) / (self.x_axis.high - self.x_axis.low)
        return _LEFT + min(max(share, 0.0), 1.0) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.y_axis.low) / (self.y_axis.high - self.y_axis.low)
        return self.bottom - min(max(share, 0.0), 1.0) * _PLOT


def _axes(frame: _Frame) -> Iterator[Markup]:
    for value in frame.y_axis.ticks:
        y = frame.y(value)
        yield element("path", d=f"M{_LEFT:g} {y:.1f}H{WIDTH - _RIGHT:g}", class_="grid")
        yield element("text", f"{value:.{frame.y_axis.decimals}f}", x=_LEFT - 5, y=y + 4, text_anchor="end")
    for value in frame.x_axis.ticks:
        x = frame.x(value)
        yield element("path", d=f"M{x:.1f} {frame.bottom:g}v4", class_="axis")
        text = f"{value:.{frame.x_axis.decimals}f}"
        yield element("text", text, x=x, y=frame.bottom + 15, text_anchor="middle")
    yield element("path", d=f"M{_LEFT:g} {frame.bottom:g}H{WIDTH - _RIGHT:g}", class_="axis")
    middle = _LEFT + (WIDTH - _LEFT - _RIGHT) / 2
    yield element("text", frame.x_axis.label, x=middle, y=frame.bottom + 29, text_anchor="middle")
    y = _TOP + _PLOT / 2
    turned = f"rotate(-90 10 {y:g})"
    yield element("text", frame.y_axis.label, x=10, y=y + 1, text_anchor="middle", transform=turned)


def _line(line: Line, frame: _Frame) -> Markup:
    parts: list[str] = []
    for piece in line.pieces:
        at = [(frame.x(x), frame.y(y), frame.y(low), frame.y(high)) for x, y, low, high in piece]
        if len(at) > 1:
            around = [(x, high) for x, _, _, high in at] + [(x, low) for x, _, low, _ in reversed(at)]
            parts.append(element("path", d=f"{_path(around)}Z", class_=f"band s{line.style}"))
            parts.append(element("path", d=_path([(x, y) for x, y, *_ in at]), class_=f"line s{line.style}"))
        parts += [_mark(x, y, line.style) for x, y in _marked(at)]
    return joined(parts)


def _marked(at: Sequence[tuple[float, ...]]) -> Iterator[Point]:
    """Choose the points that get a mark: the first of a piece, then one now and then."""
    last = -math.inf
    for x, y, *_ in at:
        if x - last >= _MARK_EVERY_X:
            last = x
            yield x, y


def _mark(x: float, y: float, style: int) -> Markup:
    """Draw a disc or, for the second line, an open square."""
    if style == 0:
        return element("circle", cx=x, cy=y, r=2.5, class_="mark s0")
    return element("path", d=f"M{x - 2.5:.1f} {y - 2.5:.1f}h5v5h-5Z", class_="mark s1")


def _steps(steps: Steps, frame: _Frame) -> Markup:
    points: list[Point] = []
    for left, right, height in steps.columns:
        points += [(frame.x(left), frame.y(height)), (frame.x(right), frame.y(height))]
    if not points:
        return Markup("")
    floor = frame.y(0.0)
    outline = _path([(points[0][0], floor), *points, (points[-1][0], floor)])
    fill = element("path", d=f"{outline}Z", class_=f"band s{steps.style}")
    return joined([fill, element("path", d=outline, class_=f"line s{steps.style}")])


def _hatched(chart: Chart, kind: str, frame: _Frame) -> Markup:
    """Hatch all parts of one kind; one too thin for that, which would look longer, is marked at the top."""
    every = sorted((frame.x(one.start), frame.x(one.end)) for one in chart.spans if one.kind == kind)
    wide = _merged([(a, b) for a, b in every if b - a >= _THINNEST])
    thin = _merged([(a, a + _THINNEST / 2) for a, b in every if b - a < _THINNEST])
    hatched = "".join(f"M{a:.1f} {_TOP:g}H{b:.1f}V{frame.bottom:g}H{a:.1f}Z" for a, b in wide)
    marked = "".join(f"M{a:.1f} {_TOP:g}H{b:.1f}v{_TICK:g}H{a:.1f}Z" for a, b in thin)
    return joined(
        [
            *([element("path", d=hatched, fill=f"url(#{chart.ident}-{kind})")] if wide else []),
            *([element("path", d=marked, class_=f"tick {kind}")] if thin else []),
        ]
    )


def _merged(parts: Iterable[Point]) -> list[Point]:
    """Join what cannot be told apart on the drawing; ``parts`` in order of their beginning."""
    found: list[Point] = []
    for left, right in parts:
        if found and left - found[-1][1] < _NO_SPACE:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found


def _pattern(ident: str, kind: str) -> Markup:
    """Draw a hatch: sloping for walking, dots for standing, crossed for a gap, level for anything else."""
    drawn = {
        "walking": element("path", d="M0 8L8 0", class_="hatch"),
        "still": element("circle", cx=2, cy=2, r=1, class_="dot"),
        "gap": element("path", d="M0 0L8 8M0 8L8 0", class_="hatch gap"),
    }.get(kind, element("path", d="M0 4H8", class_="hatch"))
    return element("pattern", drawn, id=f"{ident}-{kind}", width=8, height=8, patternUnits="userSpaceOnUse")


def _rule(rule: Rule, frame: _Frame) -> Markup:
    if rule.axis == "x":
        x = frame.x(rule.value)
        return element("path", d=f"M{x:.1f} {_TOP:g}V{frame.bottom:g}", class_=f"rule s{rule.style}")
    d = f"M{_LEFT:g} {frame.y(rule.value):.1f}H{WIDTH - _RIGHT:g}"
    return element("path", d=d, class_=f"rule s{rule.style}")


def _legend(chart: Chart, top: float) -> Iterator[Markup]:
    """Name each line, outline, rule and hatch, two in a row."""
    samples: list[tuple[Markup, str]] = []
    drawn: list[Line | Steps] = [*chart.lines, *chart.steps]
    for one in drawn:
        stroke = element("path", d="M0 0H26", class_=f"line s{one.style}")
        mark = [_mark(13, 0, one.style)] if isinstance(one, Line) else []
        samples.append((joined([stroke, *mark]), one.name))
    samples += [
        (element("path", d="M0 0H26", class_=f"rule s{rule.style}"), rule.name) for rule in chart.rules
    ]
    for kind, name in chart.spans_named.items():
        fill = f"url(#{chart.ident}-{kind})"
        samples.append((element("rect", x=0, y=-5, width=26, height=10, fill=fill, class_="swatch"), name))
    for k, (sample, name) in enumerate(samples):
        x, y = (k % 2) * WIDTH / 2 + _LEGEND_LEFT, top + _LEGEND_ROW * (k // 2 + 0.5)
        shown = element("g", sample, transform=f"translate({x:g} {y:g})")
        yield joined([shown, element("text", name, x=x + 32, y=y + 4)])


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
