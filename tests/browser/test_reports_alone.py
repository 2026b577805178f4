"""The files that ``pfp report`` writes, opened from the disk: nothing asked for, accessible, printable."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from browser_bench import problems_of

from bench.chromium import watched
from bench.dashboard import PFP

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

REPORTS = {"run": ("last",), "weeks": ("week",), "clinician": ("week", "--clinician")}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_stands_alone(name: str, browser: Browser, full_home: Path, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.html"
    command = [*PFP, "--home", str(full_home), "report", *REPORTS[name], "-o", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    with watched(browser, file.as_uri()) as (page, watch):
        page.goto(file.as_uri())
        assert page.locator("h1").count() == 1
        assert page.locator("svg").first.is_visible()
        assert problems_of(page) == {}
        page.emulate_media(media="print", color_scheme="light")
        assert page.pdf(format="A4").startswith(b"%PDF-")
        assert (watch.asked, watch.outside, watch.complaints) == (1, [], [])
