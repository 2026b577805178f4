"""The way of a first-time user without a mouse: every step by Tab, arrows, Enter, typing; focus in sight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from browser_bench import PATIENCE_MS, WIDE, Keyboard, problems_of

from bench.chromium import watched
from bench.dashboard import served
from pfp_sensors.actions.now import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from bench.dashboard import Served


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "home") as running:
        yield running


@pytest.fixture
def page(browser: Browser, new: Served) -> Iterator[Page]:
    options = {"viewport": WIDE, "base_url": new.origin, "locale": "en-GB"}
    with watched(browser, f"{new.origin}/", **options) as (opened, watch):
        opened.set_default_timeout(PATIENCE_MS)
        opened.goto("/")
        yield opened
        assert watch.outside == []
        assert watch.complaints == []


def words(page: Page) -> str:
    return " ".join(page.locator("main").inner_text().split())


def advice(page: Page) -> str:
    """Return the answer for the next run, without what is asked and without times of the day."""
    assert page.locator("h1").inner_text() == "Today"
    return re.sub(r"\b\d{1,2}:\d{2}\b", "", " ".join(page.locator("main section").first.inner_text().split()))


def legends(page: Page, kind: str) -> list[str]:
    """Return the questions whose answers are radio buttons or boxes, in their order."""
    found: list[str] = page.locator(f"fieldset:has(> label > input[type={kind}]) > legend").all_inner_texts()
    return found


def answer_setup(page: Page, keyboard: Keyboard) -> None:
    keyboard.follow("Answer the first questions")
    keyboard.fill("Your year of birth", "1990")
    questions = legends(page, "radio")
    assert len(questions) >= 13
    for question in questions:
        if "left out" in question:
            continue
        is_sign = questions.index(question) < len(questions) - 2
        keyboard.choose(question, "no" if is_sign else "yes")
    keyboard.tick(re.compile(""), group=legends(page, "checkbox")[0])
    keyboard.follow("Store and go on")
    keyboard.choose(legends(page, "radio")[0], "right")
    keyboard.fill(re.compile(r"(?i)right knee"), "1")
    keyboard.fill(re.compile(r"(?i)\bkm\b|kilomet"), "4")
    keyboard.fill(re.compile(r"(?i)minutes"), "26")
    keyboard.follow("Store")
    assert page.url.endswith("/setup/stored")


def test_from_the_first_question_to_the_page_for_a_clinician(page: Page, tmp_path: Path) -> None:
    keyboard = Keyboard(page)
    assert "No answer yet" in words(page)
    answer_setup(page, keyboard)

    keyboard.follow("Bring in a recording")
    keyboard.follow("Try with a synthetic run")
    if "/runs/" not in page.url:
        keyboard.follow(re.compile(r"(?i)see|r1\b"))
    assert "SYNTHETIC" in words(page)
    assert "It is not the load on the kneecap" in words(page)
    page.locator("main svg").first.wait_for(state="visible")

    keyboard.follow("Today")
    before, day = advice(page), now().date()
    keyboard.tab_to("7 of 10", group="The worst while running")
    with page.expect_navigation():
        keyboard.press("Enter")
    if not page.locator("h1").inner_text().startswith("Today"):
        keyboard.follow("Today")
    assert "7/10" in words(page)
    changed = advice(page)
    assert changed != before
    keyboard.follow("Take it back")
    assert "Taken back" in words(page)
    if not page.locator("h1").inner_text().startswith("Today"):
        keyboard.follow("Today")
    assert advice(page) == before or now().date() != day, "the same, but for a midnight between"

    keyboard.follow("Settings")
    keyboard.follow("The page for a physiotherapist")
    assert page.url.endswith("/clinician")
    assert "SYNTHETIC" in words(page)
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible()
    assert not page.locator("form").first.is_visible()
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    page.emulate_media(media="screen")
    keyboard.tab_to("Download as PDF")
    with page.expect_download(timeout=2 * PATIENCE_MS) as coming:
        keyboard.press("Enter")
    coming.value.save_as(tmp_path / "clinician.pdf")
    assert (tmp_path / "clinician.pdf").read_bytes().startswith(b"%PDF-")


def test_a_recording_of_ones_own_is_brought_in(page: Page, root: Path) -> None:
    """Only the file is chosen by other means: that dialogue is the system's own."""
    keyboard = Keyboard(page)
    answer_setup(page, keyboard)
    keyboard.follow("Bring in a recording")
    keyboard.tab_to(re.compile("Files"))
    folder = root / "recordings" / "easy_run"
    page.locator("input[type=file]").set_input_files([folder / "imu.parquet", folder / "meta.json"])
    keyboard.follow("Look at it")
    assert "SYNTHETIC" in words(page)
    assert problems_of(page) == {}
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    keyboard.tab_to("Day of the run")
    keyboard.press("ArrowUp", "Tab", "ArrowUp", "Tab", "ArrowUp")
    keyboard.follow("Store it")
    assert re.search(r"/runs/r[0-9]+", page.url)
    assert "SYNTHETIC" in words(page)
