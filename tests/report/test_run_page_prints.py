"""A run page on paper, as a real browser prints it: two pages, whatever the answer and with two legs."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest

from pfp_sensors.model.summary import Reason
from pfp_sensors.report.run_page import run_page
from tests.made_recommendation import RECOMMENDATIONS
from tests.report.test_run_page import REPORTS, made_charts, two_legs

CAUTIONS = (
    Reason(
        "slow", "impact", "100 Hz recorded, 199 needed to judge impact: peaks read too low.", blocking=False
    ),
    Reason(
        "worn",
        "impact",
        "Worn at: outside of the left shoe. Not the shin; compare like with like.",
        blocking=False,
    ),
    Reason("axes", "contact_time_s", "Forward and backward could not be told apart well.", blocking=False),
    Reason("trend", "within_run_trend", "The speed changed too much to compare early with late."),
    Reason("dose", "impact_load_per_km_g", "The distance is not known. Give it with --distance-km."),
)
CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_page_prints_on_two_pages_at_most_and_needs_no_sideways_scrolling() -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    both = two_legs()
    assert both.analysis is not None
    cautious = tuple(
        replace(leg, summary=replace(leg.summary, reasons=CAUTIONS)) for leg in both.analysis.legs
    )
    many_gaps = tuple(made_charts(side, 120, 399) for side in ("left", "right"))
    pages = {
        **REPORTS,
        **{f"two legs, {name}": replace(both, answer=rec) for name, rec in RECOMMENDATIONS.items()},
        "two legs, much to say": replace(
            both, analysis=replace(both.analysis, legs=cautious), charts=many_gaps
        ),
    }
    found = {}
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        for name, report in pages.items():
            page.set_content(run_page(report))
            width = page.evaluate("document.documentElement.scrollWidth")
            printed = len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))
            found[name] = (printed, width)
        browser.close()
    assert found["two legs"] == (2, 360)
    assert {name: one for name, one in found.items() if one[0] > 2 or one[1] > 360} == {}
