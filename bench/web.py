"""The dashboard in a real Chromium: time to the first page and to a drawn chart, sizes, outside requests."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.chromium import Watch, chromium, chromium_path, watched, whole
from bench.dashboard import PFP, served
from bench.hours import RUNNER, SENSOR, write_recordings
from bench.speed import launched, say
from bench.tables import Section, Table, number
from bench.targets import Target
from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.enter_recording import enter_recording
from pfp_sensors.actions.now import now
from pfp_sensors.synth import simulate_run, simulate_two_legs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from bench.dashboard import Served

FIRST_PAGE_S: Final = 0.5
DRAWN_S: Final = 1.0
REPORT_KB: Final = 400.0
_REPEATS: Final = 9
_LEGS: Final = ("one leg", "two legs")
_NEWER: Final = 3
_SETTLED_S: Final = 6.0
"""After so long a server has loaded what an analysis needs and looked at the latest recordings."""
_SHORT_S: Final = 120.0

_PAINTED: Final = """() => {
  const canvases = [...document.querySelectorAll("canvas")];
  const isPainted = canvas => canvas.width > 0 && canvas.height > 0 && canvas.getContext("2d")
    .getImageData(0, 0, canvas.width, canvas.height).data.some(part => part !== 0);
  return canvases.length > 0 && canvases.every(isPainted);
}"""
"""Every canvas has at least one pixel that is not empty."""


@dataclass(frozen=True, slots=True)
class _Hour:
    """A run of an hour in a diary, and what its page and its report took."""

    legs: str
    cold_s: float
    first_s: float
    again_s: tuple[float, ...]
    script_s: tuple[float, ...]
    page_kb: float
    report_s: float
    report_kb: float


def web_sections(*, long: bool = False) -> list[Section]:
    """Measure; without a Chromium on this system only what needs none."""
    repeats = 2 * _REPEATS + 1 if long else _REPEATS
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        folder = Path(name)
        home = folder / "home"
        make_demo_diary(home, now())
        say("web: first page")
        starts = [first_page_s(home) for _ in range(repeats)]
        say("web: two hours are simulated")
        ids = {legs: _enter_hour(home, folder, legs) for legs in _LEGS}
        for k in range(_NEWER):  # so that the hours are not among those that a server looks at by itself
            short = simulate_run(replace(RUNNER, duration_s=_SHORT_S, seed=RUNNER.seed + 1 + k), SENSOR)[0]
            _enter(home, write_recordings(folder / "written", [short]), f"short-{k}")
        if chromium_path() is None:
            return [_section(starts, [], None)]
        say("web: run pages")
        with chromium() as browser:
            watches: list[Watch] = []
            hours = [_measured(browser, home, folder, ids[legs], legs, watches) for legs in _LEGS]
    return [_section(starts, hours, watches)]


def first_page_s(home: Path) -> float:
    """Start the dashboard, and return the seconds until its first page has come whole."""
    with served(home) as running:
        with urllib.request.urlopen(running.url) as answer:
            page = answer.read()
        seconds = time.perf_counter() - running.started_s
    if not page.rstrip().endswith(b"</html>"):
        raise RuntimeError("the first page is not whole")
    return seconds


def _enter_hour(home: Path, folder: Path, legs: str) -> str:
    """Simulate an hour, put it into the diary, and return the id of the run."""
    if legs == "one leg":
        recordings = [simulate_run(RUNNER, SENSOR)[0]]
    else:
        recordings = [replace(leg, sensor=f"{leg.side}-leg") for leg, _ in simulate_two_legs(RUNNER, SENSOR)]
    return _enter(home, write_recordings(folder / "written", recordings), legs.replace(" ", "-"))


def _enter(home: Path, written: Path, name: str) -> str:
    """Put a recording into the diary, and return the id of the run."""
    place = home / "runs" / name
    shutil.move(written, place)
    entered = enter_recording(home, place, analyze_file(place), now())
    if entered is None:
        raise RuntimeError("no running was found in the simulated hour")
    return entered.run.id


def _measured(
    browser: Browser, home: Path, folder: Path, ident: str, legs: str, watches: list[Watch]
) -> _Hour:
    """Open the page of a run on a server that has just begun, on one that has settled, and again there."""
    with served(home) as running:
        cold_s = _opened(browser, running, f"/runs/{ident}", watches)[0]
    with served(home) as running:
        time.sleep(_SETTLED_S)
        times = [_opened(browser, running, f"/runs/{ident}", watches) for _ in range(_REPEATS)]
        with urllib.request.urlopen(f"{running.origin}/runs/{ident}") as answer:
            page_kb = len(answer.read()) / 1e3
    out = folder / f"{ident}.html"
    report = launched((*PFP, "--home", str(home), "report", ident, "-o", str(out)))
    _watch_report(browser, out, watches)
    charts, scripts = zip(*times, strict=True)
    return _Hour(
        legs, cold_s, charts[0], charts[1:], scripts, page_kb, report["seconds"], out.stat().st_size / 1e3
    )


def _opened(browser: Browser, running: Served, path: str, watches: list[Watch]) -> tuple[float, float]:
    """Open a page as a new visitor; return the seconds to a drawn chart, and to all that scripts draw."""
    with watched(browser, f"{running.origin}/", viewport={"width": 1280, "height": 800}) as (page, watch):
        watches.append(watch)
        start = time.perf_counter()
        whole(page.goto(f"{running.origin}{path}", wait_until="commit"))
        page.locator("svg").first.wait_for(state="visible")
        drawn_s = time.perf_counter() - start
        page.wait_for_function(_PAINTED)
        return drawn_s, time.perf_counter() - start


def _watch_report(browser: Browser, file: Path, watches: list[Watch]) -> None:
    with watched(browser, file.as_uri()) as (page, watch):
        watches.append(watch)
        _look(page, file)


def _look(page: Page, file: Path) -> None:
    page.goto(file.as_uri())
    page.locator("svg").first.wait_for(state="visible")


def _section(starts: list[float], hours: list[_Hour], watches: list[Watch] | None) -> Section:
    opened = len(watches or ())
    text = (
        "First page: from the start of the process `pfp serve` on a diary of four weeks to the last byte of "
        "the page of today, median of fresh processes. Run page: an hour at 208 Hz, six axes, opened in a "
        "window of 1280 px by a visitor without cache. At once: the first request of a server just begun, "
        "which loads all that an analysis needs. First look: of a recording that a server of "
        f"{_SETTLED_S:.0f} s of age has not looked at; later ones find it analysed. "
        "Drawn: the first chart is visible; with script, every canvas is painted too. Report: the file that "
        "`pfp report` writes. Outside: requests of any page to anything but its own server."
    )
    if watches is None:
        text += "\n\nThere is no Chromium here: what needs one was not measured."
    return Section(
        "The dashboard", text, _tables(starts, hours), _targets(starts, hours, watches), len(starts) + opened
    )


def _tables(starts: list[float], hours: list[_Hour]) -> tuple[Table, ...]:
    columns = (
        "an hour of",
        "at once s",
        "first look s",
        "later s",
        "later, scripts too s",
        "page kB",
        "pfp report s",
        "report kB",
    )
    rows = tuple(
        (
            hour.legs,
            number(hour.cold_s, 2),
            number(hour.first_s, 2),
            number(statistics.median(hour.again_s), 2),
            number(statistics.median(hour.script_s[1:]), 2),
            number(hour.page_kb, 0),
            number(hour.report_s, 2),
            number(hour.report_kb, 0),
        )
        for hour in hours
    )
    first = (number(statistics.median(starts), 3), number(min(starts), 3), number(max(starts), 3))
    begin = Table(
        "First page, seconds", ("starts", "median", "smallest", "largest"), ((str(len(starts)), *first),)
    )
    return (begin, Table("A run page and a report", columns, rows)) if rows else (begin,)


def _targets(starts: list[float], hours: list[_Hour], watches: list[Watch] | None) -> tuple[Target, ...]:
    found = [
        Target("first page after the start", statistics.median(starts), FIRST_PAGE_S, unit="s", decimals=2)
    ]
    for legs in _LEGS:
        hour = next((one for one in hours if one.legs == legs), None)
        what = f"an hour of {legs}"
        first = None if hour is None else hour.first_s
        drawn = None if hour is None else statistics.median(hour.script_s[1:])
        size = None if hour is None else hour.report_kb
        found += [
            Target(f"run page, {what}, first look: chart drawn", first, DRAWN_S, unit="s"),
            Target(f"run page, {what}, later: all painted", drawn, DRAWN_S, unit="s"),
            Target(f"report, {what}", size, REPORT_KB, unit="kB", decimals=0),
        ]
    outside = None if watches is None else float(sum(len(one.outside) for one in watches))
    asked = sum(one.asked for one in watches or ())
    complaints = None if watches is None else float(sum(len(one.complaints) for one in watches))
    return (
        *found,
        Target(f"requests outside, beside {asked} to the own server or file", outside, 0.0, decimals=0),
        Target("complaints of the browser (scripts, content security policy)", complaints, 0.0, decimals=0),
    )
