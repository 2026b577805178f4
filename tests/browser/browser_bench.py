"""What the tests in a real Chromium share: the pages there are, what is wrong with one, and a keyboard."""

from __future__ import annotations

import re
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from axe_playwright_python.base import AXE_SCRIPT

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.web.app import page_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from starlette.routing import Route

NARROW: Final = {"width": 360, "height": 740}
WIDE: Final = {"width": 1280, "height": 800}
SIZES: Final = (NARROW, WIDE)
THEMES: Final = ("light", "dark")
MOST_TABS: Final = 150
PATIENCE_MS: Final = 60_000.0
BLINK: Final = "--enable-blink-features=ComputedAccessibilityInfo"
"""Lets a page be asked for the name and role under which an element is announced."""

_SEVERE: Final = ("serious", "critical")
_MORE_ROWS: Final = "tbody tr:nth-child(n+4)"
_AXE_OPTIONS: Final = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


# --- the pages ------------------------------------------------------------------------------------


def reading_routes() -> list[Route]:
    """Return the routes of every page and every other thing that is read."""
    return [route for route in page_routes() if "GET" in (route.methods or ())]


def address(path: str, home: Path, page: Page) -> str:
    """Fill in the parts of an address that name something of a diary, or what this page has just sent.

    Raises
    ------
    KeyError
        If it is not known here what the parts of the address stand for: add it.
    """
    history = read_diary(home)
    if path == "/entries/entry":
        return f"{path}?id={history.pain[-1].id}"
    if "{" not in path:
        return path
    stands_for: dict[str, Callable[[], str]] = {
        "/runs/": lambda: max(history.runs, key=lambda run: str(run.start)).id,
        "/import/": lambda: _sending(page, home),
    }
    kind = path[: path.index("{")]
    return re.sub(r"\{[^}]+\}", stands_for[kind](), path)


def _sending(page: Page, home: Path) -> str:
    """Send the recording of the latest run, and return the id under which it waits to be stored."""
    history = read_diary(home)
    recording = next(run.recording for run in reversed(history.runs) if run.recording is not None)
    page.goto("/import")
    page.locator("input[type=file]").set_input_files(
        [home / recording / "imu.parquet", home / recording / "meta.json"]
    )
    with page.expect_navigation(timeout=PATIENCE_MS):
        page.locator("main form button").first.click()
    return page.url.rpartition("/")[2]


def gives_a_page(page: Page, where: str) -> bool:
    """Tell whether an address gives this browser a page, and not data, a file to keep or an endless stream.

    Only the head of the answer is read.
    """
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    asked = urllib.request.Request(where, headers={"Cookie": cookies})
    with urllib.request.urlopen(asked, timeout=PATIENCE_MS / 1e3) as answer:
        is_kept = answer.headers.get("content-disposition", "").startswith("attachment")
        return not is_kept and answer.headers.get_content_type() == "text/html"


# --- what is wrong with a page --------------------------------------------------------------------


def severe_findings(page: Page, *, every_row: bool = True) -> list[str]:
    """Return what axe-core holds to be serious or critical on the page as it looks now.

    Without ``every_row``, only the first rows of each table are looked at: the others look alike, and each
    text whose contrast is computed takes its time.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    left_out = [] if every_row else [_MORE_ROWS]
    look = "([left_out, options]) => axe.run({exclude: left_out}, options).then(found => found.violations)"
    found = page.evaluate(look, [left_out, _AXE_OPTIONS])
    return [_told(one) for one in found if one["impact"] in _SEVERE]


def _told(finding: dict[str, Any]) -> str:
    where = "; ".join(f"{node['html'][:200]} {node['failureSummary']}" for node in finding["nodes"][:3])
    return f"{finding['impact']} {finding['id']}: {where}"


_TOO_WIDE = """() => {
  const most = innerWidth;
  if (document.scrollingElement.scrollWidth <= most) return [];
  const inScroll = e => e.parentElement && (getComputedStyle(e.parentElement).overflowX !== "visible"
    || inScroll(e.parentElement));
  return [`${document.scrollingElement.scrollWidth} px`, ...[...document.body.querySelectorAll("*")]
    .filter(e => e.getBoundingClientRect().right > most + 0.5 && !inScroll(e))
    .map(e => e.outerHTML.slice(0, 120)).slice(0, 4)];
}"""

_MOVING = """() => [...document.querySelectorAll("*")].filter(e => {
  const style = getComputedStyle(e);
  const longest = text => Math.max(...text.split(",").map(parseFloat));
  return longest(style.transitionDuration) > 0.01
    || (style.animationName !== "none" && longest(style.animationDuration) > 0.01);
}).map(e => e.outerHTML.slice(0, 120)).slice(0, 4)"""


def too_wide(page: Page) -> list[str]:
    """Return how wide the page is and what sticks out, where it must be scrolled sideways; else nothing."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found


def moving(page: Page) -> list[str]:
    """Return what moves by style although the person asked for less motion."""
    found: list[str] = page.evaluate(_MOVING)
    return found


def open_all(page: Page) -> None:
    """Unfold what is folded, so that it is looked at too."""
    page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true; })")


def looks() -> Iterator[tuple[str, dict[str, int]]]:
    """Yield each theme with each size of a window."""
    for size in SIZES:
        for theme in THEMES:
            yield theme, size


def problems_of(page: Page) -> dict[str, list[str]]:
    """Look at the open page in each theme and size; return what is wrong, by where it was seen.

    Every row of every table is looked at once.
    """
    open_all(page)
    page.emulate_media(reduced_motion="reduce")
    found = {"with reduced motion": moving(page)}
    for number, (theme, size) in enumerate(looks()):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        where = f"{theme}, {size['width']} px"
        found[where] = [*severe_findings(page, every_row=number == 0), *too_wide(page)]
    return {where: what for where, what in found.items() if what}


# --- a keyboard -----------------------------------------------------------------------------------

_FOCUSED = """() => {
  let e = document.activeElement;
  while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const group = e.closest("fieldset");
  return {
    name: (e.computedName || "").trim(), role: e.computedRole, tag: e.tagName.toLowerCase(),
    group: group && group.querySelector("legend") ? group.querySelector("legend").innerText.trim() : "",
    isChecked: Boolean(e.checked),
    isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    isSeen: box.width > 0 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth,
  };
}"""


@dataclass(frozen=True, slots=True)
class Focused:
    """What has the focus, as it is announced; marked: with a visible ring; seen: within the window."""

    name: str
    role: str
    tag: str
    group: str
    isChecked: bool  # noqa: N815 - as the page says it
    isMarked: bool  # noqa: N815
    isSeen: bool  # noqa: N815


@dataclass(slots=True)
class Keyboard:
    """Somebody who has no mouse: moves by Tab and arrows, and must see where the focus is."""

    page: Page

    def focused(self) -> Focused | None:
        """Return what has the focus; None where nothing has."""
        found = self.page.evaluate(_FOCUSED)
        return None if found is None else Focused(**found)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, name: str | re.Pattern[str], *, role: str | None = None, group: str = "") -> Focused:
        """Press Tab until the focused element has the name (its beginning, or a pattern).

        At each stop the focus must be visible. A group is the legend's beginning of the fieldset around it.
        """
        passed = []
        for _ in range(MOST_TABS):
            self.press("Tab")
            here = self.focused()
            if here is None:
                continue
            assert here.isMarked, f"the focus cannot be seen on {here}"
            passed.append(here.name)
            if _named(here.name, name) and role in {None, here.role} and here.group.startswith(group):
                assert here.isSeen, f"the focus is outside the window: {here}"
                return here
        raise AssertionError(f"no {name!r} within {MOST_TABS} Tabs on {self.page.url}; passed: {passed}")

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Go to a link or button and press Enter; wait for the page that comes."""
        self.tab_to(name)
        with self.page.expect_navigation():
            self.press("Enter")

    def fill(self, name: str | re.Pattern[str], text: str) -> None:
        """Go to a field, and type in place of what stands there."""
        self.tab_to(name)
        self.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, group: str, name: str | re.Pattern[str]) -> None:
        """Choose one of the radio buttons below a legend, by arrows."""
        self.tab_to(re.compile(""), role="radio", group=group)
        for _ in range(MOST_TABS):
            here = self.focused()
            assert here is not None
            assert here.role == "radio", f"no choice {name!r} below {group!r}"
            if _named(here.name, name):
                self.press("Space")
                now = self.focused()
                assert now is not None
                assert now.isChecked
                return
            self.press("ArrowDown")
        raise AssertionError(f"no choice {name!r} below {group!r}")

    def tick(self, name: str | re.Pattern[str], *, group: str = "") -> None:
        """Tick a box."""
        self.tab_to(name, role="checkbox", group=group)
        self.press("Space")
        here = self.focused()
        assert here is not None
        assert here.isChecked


def _named(found: str, wanted: str | re.Pattern[str]) -> bool:
    return found.startswith(wanted) if isinstance(wanted, str) else wanted.search(found) is not None
