"""Every page there is, found by the routes: light and dark, narrow and wide, with and without a diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser_bench import (
    NARROW,
    address,
    gives_a_page,
    open_all,
    problems_of,
    reading_routes,
    severe_findings,
    too_wide,
)

from bench.chromium import whole

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from bench.chromium import Watch
    from bench.dashboard import Served

PATHS = [route.path for route in reading_routes()]
OF_A_DIARY = ("/entries/entry",)
"""Without parts in the address, and yet about something that is in a diary."""


@pytest.mark.parametrize("path", PATHS)
def test_with_a_diary(path: str, in_full: tuple[Page, Watch], full: Served, full_home: Path) -> None:
    page, _ = in_full
    where = address(path, full_home, page)
    if gives_a_page(page, f"{full.origin}{where}"):
        whole(page.goto(where))
        assert page.locator("h1").count() == 1
        assert problems_of(page) == {}


@pytest.mark.parametrize("path", [path for path in PATHS if "{" not in path and path not in OF_A_DIARY])
def test_without_a_diary(path: str, in_empty: tuple[Page, Watch], empty: Served) -> None:
    page, _ = in_empty
    if not gives_a_page(page, f"{empty.origin}{path}"):
        return
    whole(page.goto(path))
    assert page.locator("h1").count() == 1
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.emulate_media(reduced_motion="reduce")
    open_all(page)
    assert severe_findings(page) == []
    assert too_wide(page) == []
