"""A chart puts every value where its axes say, and never outside."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.report.html import blocks, element, prose, safe
from pfp_sensors.report.svg_chart import Axis, Chart, Line, Rule, Span, Steps, draw, nice_axis
from tests.report.page_reader import Node, read_page


@pytest.mark.parametrize(
    ("low", "high", "ticks", "decimals"),
    [
        (0, 10, (0, 2, 4, 6, 8, 10), 0),
        (163.2, 166.9, (163, 164, 165, 166, 167), 0),
        (2.61, 2.89, (2.6, 2.7, 2.8, 2.9), 1),
        (0, 12.4, (0, 2.5, 5, 7.5, 10, 12.5), 1),
        (0, 0.11, (0, 0.025, 0.05, 0.075, 0.1, 0.125), 3),
        (0, 480, (0, 100, 200, 300, 400, 500), 0),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: tuple[float, ...], decimals: int) -> None:
    axis = nice_axis("x", low, high)
    assert axis.ticks == pytest.approx(ticks)
    assert axis.decimals == decimals


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4), st.sampled_from([1e-6, 0.5, 10.0]), st.booleans())
def test_an_axis_holds_its_values_and_tells_its_ticks_apart(
    low: float, length: float, least: float, inside: bool
) -> None:
    axis = nice_axis("x", low, low + length, least=least, inside=inside)
    assert axis.low <= low + 1e-6
    assert axis.high >= low + length - 1e-6
    assert axis.high - axis.low >= least * 0.999
    assert 1 <= len(axis.ticks) <= 8
    assert all(axis.low - 1e-6 <= tick <= axis.high + 1e-6 for tick in axis.ticks)
    said = [f"{tick:.{axis.decimals}f}" for tick in axis.ticks]
    assert len(set(said)) == len(said)
    if length > 1e-3:
        assert all(
            abs(float(text) - tick) < 1e-6 * max(1, abs(tick))
            for text, tick in zip(said, axis.ticks, strict=True)
        )


def test_noise_does_not_fill_the_chart() -> None:
    axis = nice_axis("steps per minute", 164.9, 165.1, least=10)
    assert axis.high - axis.low >= 10
    assert axis.low < 164.9
    assert axis.high > 165.1


X, Y = Axis("time (min)", 0, 10, (0, 5, 10), 0), Axis("impact (g)", 0, 10, (0, 5, 10), 0)


def drawn(**parts: object) -> Node:
    return read_page(draw(Chart("c", "Title", "Words", X, Y, **parts))).all("svg")[0]  # type: ignore[arg-type]


def numbers(path: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?[\d.]+", path)]


def test_a_point_lies_where_the_axes_say() -> None:
    piece = ((0.0, 0.0, 0.0, 0.0), (5.0, 5.0, 4.0, 6.0), (10.0, 10.0, 10.0, 20.0))
    svg = drawn(lines=(Line("left", 0, (piece,)),))
    (line, *_) = [one for one in svg.all("path") if one.attributes.get("class") == "line s0"]
    assert numbers(line.attributes["d"]) == [52.0, 160.0, 199.0, 85.0, 346.0, 10.0]
    (band,) = [one for one in svg.all("path") if one.attributes.get("class") == "band s0"]
    assert numbers(band.attributes["d"])[2:6] == [199.0, 70.0, 346.0, 10.0]  # 20 g is cut at the frame


def test_a_single_point_is_marked_and_pieces_are_not_joined() -> None:
    svg = drawn(lines=(Line("left", 0, (((1.0, 1.0, 1.0, 1.0),), ((5.0, 5.0, 5.0, 5.0),))),))
    assert len([one for one in svg.all("circle") if one.attributes.get("cx")]) == 3  # two points and the key
    assert len([one for one in svg.all("path") if one.attributes.get("class") == "line s0"]) == 1  # the key


def test_columns_rules_and_spans() -> None:
    svg = drawn(
        steps=(Steps("left", 0, ((0.0, 5.0, 10.0), (5.0, 10.0, 5.0))),),
        rules=(Rule("limit", "x", 2.5), Rule("other", "y", 2.5, 1)),
        spans=(Span("gap", 5.0, 5.0001), Span("gap", 5.02, 5.03), Span("gap", 9.0, 20.0)),
        spans_named={"gap": "no samples"},
    )
    outline = next(one for one in svg.all("path") if one.attributes.get("class") == "line s0")
    assert numbers(outline.attributes["d"]) == [52, 160, 52, 10, 199, 10, 199, 85, 346, 85, 346, 160]
    rules = [one for one in svg.all("path") if one.attributes.get("class", "").startswith("rule")]
    assert [one.attributes["class"] for one in rules] == ["rule s0", "rule s1"] * 2  # drawn, then the key
    assert rules[0].attributes["d"].startswith("M125.5 ")
    assert rules[1].attributes["d"].startswith("M52 122.5H")
    (hatched,) = [one for one in svg.all("path") if one.attributes.get("fill") == "url(#c-gap)"]
    assert hatched.attributes["d"] == "M316.6 10H346.0V160H316.6Z"
    (marked,) = [one for one in svg.all("path") if one.attributes.get("class") == "tick gap"]
    assert marked.attributes["d"] == "M199.0 10H200.3v5H199.0Z"


def test_many_short_gaps_do_not_cover_the_chart() -> None:
    short = tuple(Span("gap", k / 100.0, k / 100.0 + 0.001) for k in range(1000))
    svg = drawn(spans=short, spans_named={"gap": "no samples"})
    assert not [one for one in svg.all("path") if one.attributes.get("fill")]
    (marked,) = [one for one in svg.all("path") if one.attributes.get("class") == "tick gap"]
    assert "V160" not in marked.attributes["d"]


def test_what_is_not_markup_is_escaped() -> None:
    made = element("p", "<b>", element("i", "&"), title='"x" & <y>', id=None)
    assert made == '<p title="&quot;x&quot; &amp; &lt;y&gt;">&lt;b&gt;<i>&amp;</i></p>'
    assert safe(made) is made
    assert safe("a\x00\x1b[31m\ud800") == "a\ufffd\ufffd[31m\ufffd"
    assert prose("See `pfp <x>`.") == "See <code>pfp &lt;x&gt;</code>."
    assert blocks("Title\n  - a & b\n  - c\nend") == (
        "<p>Title</p><ul><li>a &amp; b</li><li>c</li></ul><p>end</p>"
    )
