"""The live page in a real Chromium: it moves by itself, says when it stands still, and can be read by all."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from live_bench import recorder
from web_bench import dashboard

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.now import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("bumble")
sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
MS = 60_000

INK = """id => {
  const canvas = document.querySelector(`#live-chart-${id} canvas`);
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const [r, g, b] = getComputedStyle(document.documentElement).getPropertyValue("--s0").trim()
    .match(/[0-9a-f]{2}/gi).map((two) => parseInt(two, 16));
  let found = 0;
  for (let k = 0; k < data.length; k += 4)
    found += data[k + 3] > 200 && data[k] === r && data[k + 1] === g && data[k + 2] === b;
  return found;
}"""
"""How many pixels of a chart have the colour that the first line should have now."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """Give the browser that the tests of this file share; its pages are closed after each."""
    yield chromium
    for context in chromium.contexts:
        context.close()


def serious(page: Any) -> list[str]:
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in {"serious", "critical"}
    ]


def test_the_page_follows_a_recording_by_itself(browser: Any, tmp_path: Path) -> None:
    home, expect = tmp_path / "home", sync_api.expect
    make_demo_diary(home, now() - timedelta(days=1))
    with dashboard(home) as client:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        errors: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{client.port}/live")
        title, stale = page.locator("#live-title"), page.locator("#live-stale")
        expect(title).to_have_text("Nothing is being recorded", timeout=MS)
        expect(page.locator("#live-how")).to_be_visible(timeout=MS)
        assert serious(page) == []
        sides = ("--side", "left", "--side", "right", "--minutes", "3", "--speed-up", "4")
        with recorder(home, *sides) as process:
            expect(page.locator("#live-chart-impact canvas")).to_be_visible(timeout=MS)
            expect(page.locator("#live-how")).to_be_hidden(timeout=MS)
            expect(page.locator("#live-synthetic")).to_contain_text("SYNTHETIC", timeout=MS)
            big = page.locator("#live-now .big")
            expect(big.first).to_contain_text("steps per minute", timeout=MS)
            expect(page.locator("#live-now")).to_contain_text("Tolerance for now", timeout=MS)
            assert page.locator("#live-now .bar-mark").count() == 2
            for _ in range(3):
                expect(title).not_to_have_text(title.inner_text(), timeout=MS)
            for chart in ("impact", "cadence"):
                page.wait_for_function(f"id => ({INK})(id) > 50", arg=chart, timeout=MS)

            page.locator("#live-table-part summary").focus()
            page.keyboard.press("Enter")
            expect(page.locator("#live-table tr").first).to_be_visible(timeout=MS)
            for scheme, width in (("light", 360), ("dark", 360), ("dark", 1280)):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 800})
                page.wait_for_function(f"id => ({INK})(id) > 20", arg="impact", timeout=MS)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert serious(page) == []

            os.killpg(process.pid, signal.SIGSTOP)
            expect(stale).to_contain_text("No news from the recorder for", timeout=MS)
            expect(page.locator("#live")).to_have_class("old", timeout=MS)
            os.killpg(process.pid, signal.SIGCONT)
            expect(stale).to_be_hidden(timeout=MS)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
            expect(title).to_have_text("The recorder has stopped", timeout=MS)
            expect(page.locator("#live-words")).to_contain_text("pfp recover", timeout=MS)
            expect(page.locator("#live-synthetic")).to_be_visible(timeout=MS)
        assert errors == []
        assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {
            f"127.0.0.1:{client.port}"
        }
    expect(stale).to_contain_text("No connection to the dashboard", timeout=MS)


WATCHING = """() => { window.spoken = []; window.shown = 0;
  const watch = (id, told) => new MutationObserver(told)
    .observe(document.getElementById(id), { childList: true, characterData: true, subtree: true });
  watch("live-now", () => { shown += 1; });
  const say = document.getElementById("live-say");
  watch("live-say", () => spoken.push([performance.now(), say.textContent])); }"""
OLD_NEWS = "No news"


def test_numbers_are_read_out_now_and_then_only(browser: Any, tmp_path: Path) -> None:
    """By the clock of the page, which is moved on by less than makes news old; old news is said at once."""
    with dashboard(tmp_path) as client, recorder(tmp_path, "--side", "left", "--speed-up", "4"):
        page = browser.new_page(reduced_motion="reduce")
        page.clock.install()
        page.goto(f"http://127.0.0.1:{client.port}/live")
        sync_api.expect(page.locator("#live-now .big").first).to_contain_text("steps per minute", timeout=MS)
        page.evaluate(WATCHING)
        spoken: list[tuple[float, str]] = []
        for _ in range(40):
            shown = page.evaluate("shown")
            page.wait_for_function("before => shown > before", arg=shown, timeout=MS)
            page.clock.fast_forward(2000)
            spoken = page.evaluate("spoken")
            if sum(not text.startswith(OLD_NEWS) for _, text in spoken) >= 2:
                break
        news = [(a, b) for a, b in pairwise(spoken) if OLD_NEWS not in f"{a[1]}{b[1]}"]
        assert news, spoken
        assert min(b[0] - a[0] for a, b in news) >= 15_000, spoken
        assert page.evaluate("shown") > len(spoken)
        assert page.locator("#live-say").get_attribute("aria-live") == "polite"
        assert page.locator("[aria-live], [role=alert], [role=status]").count() == 1


def test_a_page_that_was_hidden_goes_on_without_a_hole_or_a_double(browser: Any, tmp_path: Path) -> None:
    with dashboard(tmp_path) as client, recorder(tmp_path, "--side", "left", "--speed-up", "6") as process:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{client.port}/live")
        root, title = page.locator("#live"), page.locator("#live-title")
        sync_api.expect(page.locator("#live-table")).to_be_attached(timeout=MS)
        page.wait_for_selector("#live[data-landings]", timeout=MS)
        set_hidden(page, True)
        page.wait_for_timeout(200)
        before = root.get_attribute("data-landings")
        (lines,) = tmp_path.glob("runs/*/live.jsonl")
        there = n_lines(lines)
        while n_lines(lines) < there + 12:
            page.wait_for_timeout(200)
        page.wait_for_timeout(600)  # more than a look of the server
        assert root.get_attribute("data-landings") == before, "a hidden page still listens"
        set_hidden(page, False)
        sync_api.expect(root).not_to_have_attribute("data-landings", str(before), timeout=MS)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        sync_api.expect(title).to_have_text("The recorder has stopped", timeout=MS)
        assert root.get_attribute("data-landings") == str(n_lines(lines))


def n_lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")


def set_hidden(page: Any, hidden: bool) -> None:
    page.evaluate(
        """hidden => { Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange")); }""",
        hidden,
    )


def test_without_script_the_page_shows_the_state_and_says_to_reload(browser: Any, tmp_path: Path) -> None:
    with dashboard(tmp_path) as client:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"http://127.0.0.1:{client.port}/live")
        text = page.locator("main").inner_text()
    assert "Nothing is being recorded" in text
    assert "Reload the page to see the present one" in text
