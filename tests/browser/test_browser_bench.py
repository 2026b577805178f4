"""What these tests look with can see: each fault, put into a page on purpose, is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser_bench import NARROW, Keyboard, moving, problems_of, severe_findings, too_wide

from bench.chromium import watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from bench.dashboard import Served

GOOD = """<!DOCTYPE html><html lang="en"><head><title>t</title>
<style>:focus-visible{outline:2px solid} a{color:#00e;background:#fff}</style></head>
<body><main><h1>A page</h1><p><a href="#one">one</a></p>%s</main></body></html>"""


def page_with(page: Page, fault: str) -> Page:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.set_content(GOOD % fault)
    return page


def test_a_good_page_has_no_problem(browser: Browser) -> None:
    with watched(browser, "about:") as (page, _):
        assert problems_of(page_with(page, "")) == {}


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ('<p style="color:#bbb;background:#fff">pale</p>', "color-contrast"),
        ("<input type=text>", "label"),
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "image-alt"),
        ("<button></button>", "button-name"),
    ],
)
def test_a_severe_finding_is_seen(browser: Browser, fault: str, rule: str) -> None:
    with watched(browser, "about:") as (page, _):
        assert any(f" {rule}: " in one for one in severe_findings(page_with(page, fault)))


def test_a_fault_of_one_theme_or_size_only_is_seen_there(browser: Browser) -> None:
    dark = "<style>@media (prefers-color-scheme:dark){p{color:#333;background:#111}}</style><p>text</p>"
    wide = "<style>@media (min-width:1000px){p{color:#ddd;background:#eee}}</style><p>text</p>"
    with watched(browser, "about:") as (page, _):
        assert set(problems_of(page_with(page, dark))) == {"dark, 360 px", "dark, 1280 px"}
        assert set(problems_of(page_with(page, wide))) == {"light, 1280 px", "dark, 1280 px"}


def test_what_is_folded_is_looked_at(browser: Browser) -> None:
    fault = "<details><summary>more</summary><p style='color:#bbb;background:#fff'>pale</p></details>"
    with watched(browser, "about:") as (page, _):
        assert problems_of(page_with(page, fault))


def test_sideways_scrolling_is_seen_unless_it_is_within_a_box(browser: Browser) -> None:
    row = "<p style='width:500px;background:#fff'>wide</p>"
    with watched(browser, "about:") as (page, _):
        assert too_wide(page_with(page, row))
        assert too_wide(page_with(page, f"<div style='overflow-x:auto'>{row}</div>")) == []


def test_motion_is_seen(browser: Browser) -> None:
    with watched(browser, "about:") as (page, _):
        assert moving(page_with(page, "<p style='transition:all 2s'>fades</p>"))


def test_a_focus_that_cannot_be_seen_stops_the_keyboard(browser: Browser) -> None:
    unseen = "<button style='outline:none'>two</button>"
    with watched(browser, "about:") as (page, _):
        with pytest.raises(AssertionError, match="cannot be seen"):
            Keyboard(page_with(page, unseen)).tab_to("two")
        with pytest.raises(AssertionError, match="no 'three'"):
            Keyboard(page_with(page, "<button>two</button>")).tab_to("three")


def test_the_keyboard_types_ticks_and_chooses(browser: Browser) -> None:
    form = """<form><label>Name <input value=old></label><label><input type=checkbox>Yes</label>
    <fieldset><legend>When</legend><label><input type=radio name=w>now</label>
    <label><input type=radio name=w id=then>then</label></fieldset></form>"""
    with watched(browser, "about:") as (page, _):
        keyboard = Keyboard(page_with(page, form))
        keyboard.fill("Name", "new")
        keyboard.tick("Yes")
        keyboard.choose("When", "then")
        assert page.locator("input").first.input_value() == "new"
        assert page.locator("#then").is_checked()


def test_what_goes_outside_and_what_complains_is_counted(browser: Browser, full: Served) -> None:
    with watched(browser, f"{full.origin}/") as (page, watch):
        page.goto(full.url)
        assert (watch.outside, watch.complaints) == ([], [])
        assert watch.asked >= 3
        page.evaluate(
            "() => { document.body.append(Object.assign(new Image(), {src: 'http://x.test/a.png'})) }"
        )
        page.evaluate("() => { location.hash = 'x'; setTimeout(() => { throw new Error('broken') }) }")
        page.evaluate("() => { document.body.setAttribute('style', 'color:red') }")
        page.goto(f"{full.origin}/nowhere")
        page.wait_for_timeout(100)
        assert any("Content Security Policy" in one for one in watch.complaints)
        assert any("broken" in one for one in watch.complaints)
        watch.taken(404)
        with pytest.raises(ValueError, match="no answer of status 500"):
            watch.taken(500)
    with watched(browser, "about:") as (page, watch):
        page_with(page, "<img alt='' src='http://x.test/a.png'>")
        assert watch.outside == ["http://x.test/a.png"]
