"""Charts over days: rows below each other on one date axis, bars and marks told apart by shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page
from pfp_sensors.report.html import Markup, element, joined
from pfp_sensors.report.svg_chart import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DISC, SQUARE, DIAMOND, CROSS = range(4)
"""Shapes of marks."""

_LEFT, _RIGHT = 44.0, 12.0
_NAME, _SPACE, _AXIS, _LEGEND_ROW = 15.0, 5.0, 20.0, 15.0
_MOST_DATES, _MOST_WITH_YEAR = 6, 4
_WEEKS_WITH_YEAR: Final = 26
_BAR_SHARE, _THINNEST, _THICKEST = 0.7, 1.2, 7.0
_APART: Final = 1.8  # least, so that strokes of one day stay apart
_CHARACTER: Final = 6.0
_SHAPES: Final = (
    (-2.3, 0.0, "a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0Z"),
    (-2.3, -2.3, "h4.6v4.6h-4.6Z"),
    (0.0, -3.2, "l3.2 3.2-3.2 3.2-3.2-3.2Z"),
    (-2.3, -2.3, "l4.6 4.6m0-4.6l-4.6 4.6"),
)
"""Where each begins beside its point, and how it is drawn from there."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Single values on their days; ``stems`` draws a line from the floor to each."""

    name: str
    shape: int
    points: tuple[tuple[date, float], ...]
    stems: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Sums of single runs on their days; with a limit, the bar is held against a line across it."""

    points: tuple[tuple[date, float | None, float | None], ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A line across a row at one value: dotted or, ``dashed``, dash and dot."""

    name: str
    value: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name with the unit, its scale as (value, text) from low to high, and what is on it."""

    name: str
    scale: tuple[tuple[float, str], ...]
    height: float
    marks: tuple[Marks, ...] = ()
    bars: Bars | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class DateChart:
    """Rows over the same days, ``first`` to ``last``; days before ``known_from`` are hatched as not known.

    ``named`` are the shapes to be explained, with their words; ``limits`` whether the line across a bar is.
    """

    ident: str
    title: str
    description: str
    first: date
    last: date
    known_from: date | None
    rows: tuple[Row, ...]
    named: tuple[tuple[int, str], ...] = ()
    limits: bool = False


def draw_dates(chart: DateChart) -> Markup:
    """Draw a chart over days as an SVG with title and description."""
    frame = _Days(chart.first, chart.last)
    parts: list[str] = []
    top = 0.0
    for row in chart.rows:
        box = _Box(top + _NAME, top + _NAME + row.height, row.scale[0][0], row.scale[-1][0])
        parts += [*_ground(chart, row, box, frame), *_content(row, box, frame)]
        top = box.floor + _SPACE
    floor = top - _SPACE
    parts += _dates(frame, floor)
    legend = list(_legend(chart, floor + _AXIS))
    height = floor + _AXIS + _LEGEND_ROW * len(legend)
    names = (f"{chart.ident}-title", f"{chart.ident}-desc")
    hatch = element("path", d="M0 0L8 8M0 8L8 0", class_="hatch")
    pattern = element(
        "pattern", hatch, id=f"{chart.ident}-none", width=8, height=8, patternUnits="userSpaceOnUse"
    )
    return element(
        "svg",
        element("title", chart.title, id=names[0]),
        element("desc", chart.description, id=names[1]),
        element("defs", pattern),
        *parts,
        *legend,
        role="img",
        aria_labelledby=" ".join(names),
        viewBox=f"0 0 {WIDTH:g} {height:g}",
    )


@dataclass(frozen=True, slots=True)
class _Days:
    """Where days lie on the drawing."""

    first: date
    last: date

    @property
    def day_width(self) -> float:
        return (WIDTH - _LEFT - _RIGHT) / ((self.last - self.first).days + 1)

    @property
    def bar_width(self) -> float:
        return min(max(_BAR_SHARE * self.day_width, _THINNEST), _THICKEST)

    def start(self, day: date) -> float:
        """Give the left edge of a day within the chart."""
        return _LEFT + self.day_width * min(
            max((day - self.first).days, 0), (self.last - self.first).days + 1
        )

    def middle(self, day: date) -> float:
        return self.start(day) + self.day_width / 2


@dataclass(frozen=True, slots=True)
class _Box:
    """Where values of one row lie on the drawing."""

    top: float
    floor: float
    low: float
    high: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.floor - min(max(share, 0.0), 1.0) * (self.floor - self.top)


def _ground(chart: DateChart, row: Row, box: _Box, frame: _Days) -> Iterator[Markup]:
    """Draw name, scale, the days that nothing is known of, and the beginning of weeks."""
    yield element("text", row.name, x=_LEFT, y=box.top - 4)
    until = frame.last + timedelta(1) if chart.known_from is None else chart.known_from
    if until > frame.first:
        right = frame.start(until)
        fill = f"url(#{chart.ident}-none)"
        yield element("rect", x=_LEFT, y=box.top, width=right - _LEFT, height=row.height, fill=fill)
    for value, text in row.scale:
        y = box.y(value)
        yield element("path", d=f"M{_LEFT:g} {y:.1f}H{WIDTH - _RIGHT:g}", class_="grid")
        yield element("text", text, x=_LEFT - 5, y=y + 4, text_anchor="end")
    ticks = "".join(f"M{frame.start(day):.1f} {box.top:g}V{box.floor:g}" for day in _ticks(frame))
    yield element("path", d=ticks, class_="grid")
    yield element("path", d=f"M{_LEFT:g} {box.floor:g}H{WIDTH - _RIGHT:g}", class_="axis")


def _content(row: Row, box: _Box, frame: _Days) -> Iterator[Markup]:
    if row.bars is not None:
        yield from _bars(row.bars, box, frame)
    for level in row.levels:
        y = box.y(level.value)
        yield element("path", d=f"M{_LEFT:g} {y:.1f}H{WIDTH - _RIGHT:g}", class_=_level_class(level))
    beside = len(row.marks) - 1
    apart = max(_APART, frame.day_width * 2 / 3 / max(beside, 1))
    for k, marks in enumerate(row.marks):
        shift = (k - beside / 2) * apart
        at = [(frame.middle(day) + shift, box.y(value)) for day, value in marks.points]
        if marks.stems:
            stems = "".join(f"M{x:.1f} {box.floor:g}V{y:.1f}" for x, y in at)
            yield element("path", d=stems, class_=f"line stem s{marks.shape}")
        yield _marks(at, marks.shape)


def _bars(bars: Bars, box: _Box, frame: _Days) -> Iterator[Markup]:
    """Draw each bar from the floor, those of one day beside each other, and the line of its limit."""
    width = frame.bar_width
    seen: dict[date, int] = {}
    filled, limits = [], []
    for day, value, limit in bars.points:
        left = frame.middle(day) - width / 2 + seen.get(day, 0) * width * 1.2
        seen[day] = seen.get(day, 0) + 1
        if value is not None:
            filled.append(f"M{left:.1f} {box.floor:g}V{box.y(value):.1f}h{width:.1f}V{box.floor:g}Z")
        if limit is not None:
            limits.append(f"M{left - 1.5:.1f} {box.y(limit):.1f}h{width + 3:.1f}")
    if filled:
        yield element("path", d="".join(filled), class_="bar")
    if limits:
        yield element("path", d="".join(limits), class_="limit")


def _marks(at: Iterable[tuple[float, float]], shape: int) -> Markup:
    left, top, drawn = _SHAPES[shape]
    d = "".join(f"M{x + left:.1f} {y + top:.1f}{drawn}" for x, y in at)
    return element("path", d=d, class_=f"mark s{shape}")


def _level_class(level: Level) -> str:
    return f"rule s{int(level.dashed)}"


def _ticks(frame: _Days) -> Sequence[date]:
    """Choose the Mondays that are named: all of a few weeks, else some, evenly."""
    weeks = ((frame.last - frame.first).days + 1) // 7
    step = -(-weeks // (_MOST_WITH_YEAR if weeks > _WEEKS_WITH_YEAR else _MOST_DATES))
    return [frame.first + timedelta(weeks=k) for k in range(0, weeks, step)]


def _dates(frame: _Days, floor: float) -> Iterator[Markup]:
    with_year = (frame.last - frame.first).days + 1 > 7 * _WEEKS_WITH_YEAR
    for day in _ticks(frame):
        x = frame.start(day)
        text = page.short_date(day).strip() + (f" {day:%y}" if with_year else "")
        yield element("path", d=f"M{x:.1f} {floor:g}v4", class_="axis")
        if x + _CHARACTER * len(text) <= WIDTH:
            yield element("text", text, x=x, y=floor + 15)


def _legend(chart: DateChart, top: float) -> Iterator[Markup]:
    """Explain each shape, the limit, and the hatch, one in a row."""
    samples = [(_marks([(13, 0)], shape), words) for shape, words in chart.named]
    samples += [
        (element("path", d="M0 0H26", class_=_level_class(level)), level.name)
        for row in chart.rows
        for level in row.levels
    ]
    if chart.limits:
        bar = element("path", d="M10 6V-2h6V6Z", class_="bar")
        limit = element("path", d="M8 -5h10", class_="limit")
        samples.append((joined([bar, limit]), "a run, and the limit in force for it"))
    if chart.known_from is not None and chart.known_from > chart.first:
        fill = f"url(#{chart.ident}-none)"
        hatch = element("rect", x=0, y=-5, width=26, height=10, fill=fill, class_="swatch")
        samples.append((hatch, "before the diary began: not known"))
    for k, (sample, words) in enumerate(samples):
        y = top + _LEGEND_ROW * (k + 0.5)
        shown = element("g", sample, transform=f"translate(4 {y:g})")
        yield joined([shown, element("text", words, x=36, y=y + 4)])
