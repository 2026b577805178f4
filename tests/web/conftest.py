"""A home for each test of the dashboard, and a browser without script that has its dashboard open."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.now import now

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demo's diary once, to be copied: nothing is written to this one."""
    made = tmp_path_factory.mktemp("demo") / "home"
    make_demo_diary(made, now() - timedelta(days=1))
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that is not there yet. Files of tests that need a diary in it replace this by `demo_home`."""
    return tmp_path / "home"


@pytest.fixture
def demo_home(demo: Path, tmp_path: Path) -> Path:
    """A home of the test's own, with the demo's diary."""
    return Path(shutil.copytree(demo, tmp_path / "home"))


@pytest.fixture
def browser(home: Path) -> Iterator[Client]:
    """A browser in the dashboard of the home."""
    with dashboard(home) as client:
        yield client
