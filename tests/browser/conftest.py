"""A real Chromium, and dashboards of an empty home and of one with a diary and a recording."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from browser_bench import BLINK, PATIENCE_MS

from bench.chromium import Watch, chromium, chromium_path, watched
from bench.dashboard import served
from pfp_sensors.actions.analyze import analyze_file
from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.enter_recording import enter_recording
from pfp_sensors.actions.now import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from bench.dashboard import Served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium for the tests of one file.

    Not for the session: while it runs, Playwright's event loop is in the way of tests that start their own.
    """
    if chromium_path() is None:
        reason = "no Chromium here; on Debian: apt install chromium"
        if os.environ.get("PFP_NEEDS_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium((BLINK,)) as started:
        yield started


@pytest.fixture(scope="session")
def full_home(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A synthetic diary of four weeks and, as its latest run, a recording."""
    home = tmp_path_factory.mktemp("full") / "home"
    make_demo_diary(home, now())
    folder = home / "runs" / "easy-run"
    shutil.copytree(root / "recordings" / "easy_run", folder)
    assert enter_recording(home, folder, analyze_file(folder), now()) is not None
    return home


@pytest.fixture(scope="session")
def full(full_home: Path) -> Iterator[Served]:
    """The dashboard of the full home; tests here change nothing in it that is shown elsewhere."""
    with served(full_home) as running:
        yield running


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard of a home that is not there yet."""
    with served(tmp_path_factory.mktemp("empty") / "home") as running:
        yield running


@pytest.fixture
def in_full(browser: Browser, full: Served) -> Iterator[tuple[Page, Watch]]:
    """A page in the full dashboard; whatever it does, nothing outside is asked and nothing complains."""
    yield from _strict(browser, full)


@pytest.fixture
def in_empty(browser: Browser, empty: Served) -> Iterator[tuple[Page, Watch]]:
    """The same in the empty one."""
    yield from _strict(browser, empty)


def _strict(browser: Browser, running: Served) -> Iterator[tuple[Page, Watch]]:
    with watched(browser, f"{running.origin}/", base_url=running.origin) as (page, watch):
        page.set_default_timeout(PATIENCE_MS)
        yield page, watch
        assert watch.outside == []
        assert watch.complaints == []
