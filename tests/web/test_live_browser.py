"""The live page in a real Chromium: it moves by itself, says when it stands still, and can be read by all."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import timedelta
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


@pytest.fixture
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


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
        expect(title).to_have_text("Nothing is being recorded")
        expect(page.locator("#live-how")).to_be_visible()
        assert serious(page) == []
        sides = ("--side", "left", "--side", "right", "--minutes", "3", "--speed-up", "4")
        with recorder(home, *sides) as process:
            expect(page.locator("#live-chart-impact canvas")).to_be_visible(timeout=MS)
            expect(page.locator("#live-how")).to_be_hidden()
            expect(page.locator("#live-synthetic")).to_contain_text("SYNTHETIC")
            big = page.locator("#live-now .big")
            expect(big.first).to_contain_text("steps per minute", timeout=MS)
            expect(page.locator("#live-now")).to_contain_text("Tolerance for now")
            assert page.locator("#live-now .bar-mark").count() == 2
            seen = {
                title.inner_text(),
                *(title.inner_text() for _ in range(8) if not page.wait_for_timeout(400)),
            }
            assert len(seen) >= 4, seen
            assert page.evaluate(INK, "impact") > 50
            assert page.evaluate(INK, "cadence") > 20

            page.locator("#live-table-part summary").focus()
            page.keyboard.press("Enter")
            expect(page.locator("#live-table tr").first).to_be_visible()
            for scheme, width in (("light", 360), ("dark", 360), ("dark", 1280)):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 800})
                page.wait_for_timeout(1200)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.evaluate(INK, "impact") > 20, f"the chart has not the colours of {scheme}"
                assert serious(page) == []

            os.killpg(process.pid, signal.SIGSTOP)
            expect(stale).to_contain_text("No news from the recorder for", timeout=15_000)
            expect(page.locator("#live")).to_have_class("old")
            os.killpg(process.pid, signal.SIGCONT)
            expect(stale).to_be_hidden(timeout=15_000)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
            expect(title).to_have_text("The recorder has stopped", timeout=15_000)
            expect(page.locator("#live-words")).to_contain_text("pfp recover")
            expect(page.locator("#live-synthetic")).to_be_visible()
        assert errors == []
        assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {
            f"127.0.0.1:{client.port}"
        }
    expect(stale).to_contain_text("No connection to the dashboard", timeout=15_000)


def test_numbers_are_read_out_now_and_then_only(browser: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with dashboard(home) as client, recorder(home, "--side", "left", "--speed-up", "4"):
        page = browser.new_page(reduced_motion="reduce")
        page.goto(f"http://127.0.0.1:{client.port}/live")
        sync_api.expect(page.locator("#live-now .big").first).to_contain_text("steps per minute", timeout=MS)
        page.evaluate(
            """() => { window.spoken = 0; window.shown = 0;
            const watch = (id, name) => new MutationObserver(() => { window[name] += 1; })
              .observe(document.getElementById(id), { childList: true, characterData: true, subtree: true });
            watch("live-say", "spoken"); watch("live-now", "shown"); }"""
        )
        page.wait_for_timeout(10_000)
        assert page.evaluate("window.spoken") <= 1
        assert page.evaluate("window.shown") >= 8
        assert page.locator("#live-say").get_attribute("aria-live") == "polite"
        assert page.locator("[aria-live], [role=alert], [role=status]").count() == 1


def test_a_page_that_was_hidden_goes_on_without_a_hole_or_a_double(browser: Any, tmp_path: Path) -> None:
    with dashboard(tmp_path) as client, recorder(tmp_path, "--side", "left", "--speed-up", "6") as process:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{client.port}/live")
        root, title = page.locator("#live"), page.locator("#live-title")
        sync_api.expect(page.locator("#live-table")).to_be_attached()
        page.wait_for_selector("#live[data-landings]", timeout=MS)
        set_hidden(page, True)
        page.wait_for_timeout(500)
        before = root.get_attribute("data-landings")
        page.wait_for_timeout(2500)
        assert root.get_attribute("data-landings") == before, "a hidden page still listens"
        set_hidden(page, False)
        sync_api.expect(root).not_to_have_attribute("data-landings", str(before), timeout=15_000)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
        sync_api.expect(title).to_have_text("The recorder has stopped", timeout=15_000)
        (lines,) = [path.read_text().count("\n") for path in tmp_path.glob("runs/*/live.jsonl")]
        assert root.get_attribute("data-landings") == str(lines)


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
