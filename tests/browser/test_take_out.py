"""Taking data out without a mouse: boxes and lists by keys, a file that comes whole, an error announced."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from typing import TYPE_CHECKING

from browser_bench import PATIENCE_MS, WIDE, Keyboard, problems_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from bench.chromium import Watch


def downloaded(page: Page, keyboard: Keyboard, button: str, to: Path) -> str:
    """Press a button from which a file comes; give the name it comes under."""
    keyboard.tab_to(button, role="button")
    with page.expect_download(timeout=PATIENCE_MS) as coming:
        keyboard.press("Enter")
    coming.value.save_as(to)
    return coming.value.suggested_filename


def test_the_diary_and_a_run_are_taken_out_by_keyboard(in_full: tuple[Page, Watch], tmp_path: Path) -> None:
    page, _ = in_full
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto("/settings")
    keyboard = Keyboard(page)
    keyboard.follow("Take your data out")
    assert page.locator("h1").inner_text() == "Take your data out"

    keyboard.tick("with what you wrote in words in its tables")
    archive = tmp_path / "all.zip"
    name = downloaded(page, keyboard, "Download (zip) Everything in one archive", archive)
    assert re.fullmatch(r"pfp-all-\d{4}-\d\d-\d\d\.zip", name)
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None
        assert not [one for one in file.namelist() if one.startswith(("positions/", "samples/"))]
    diary = tmp_path / "diary.json"
    downloaded(page, keyboard, "Download (JSON) The diary itself", diary)
    assert json.loads(diary.read_text(encoding="utf-8"))["schema"] == "pfp.history/1"

    keyboard.tab_to("The run A table of the strides")
    keyboard.press("ArrowDown")
    strides = tmp_path / "strides.csv"
    name = downloaded(page, keyboard, "Download A table of the strides", strides)
    ident = name.removeprefix("pfp-run-").removesuffix("-strides.csv")
    with strides.open(encoding="utf-8") as file:
        assert {row["run"] for row in csv.DictReader(file)} == {ident}
    assert problems_of(page) == {}


def test_a_run_that_cannot_be_taken_out_says_why(in_full: tuple[Page, Watch]) -> None:
    """The browser holds back a list without a choice; what the server refuses is announced."""
    page, watch = in_full
    page.goto("/export")
    page.locator("form[action='/export/fit'] select").evaluate("one => one.required = false")
    with page.expect_navigation(timeout=PATIENCE_MS):
        page.locator("form[action='/export/fit'] button").click()
    assert "The run is missing" in page.get_by_role("alert").inner_text()
    assert page.locator("[aria-invalid=true]").count() == 1
    assert problems_of(page) == {}
    (refusal,) = watch.complaints
    assert "422" in refusal
    watch.complaints.clear()
