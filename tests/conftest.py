"""What all tests share: where the real recordings are, a home that is not the user's, steady random tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
WAITING_PROCESSES = 1

# How fast examples are made says how busy the machine is, and nothing of the program.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=30,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Tell how many processes ``-n auto`` means: one more than processors.

    Half of the time of a process goes into waiting: for a simulated sensor, a browser, a program of its own.
    """
    able = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return len(able) + WAITING_PROCESSES


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real recordings that stands beside the repository, or skip."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real recordings here: ../shared/data is absent")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _plain_terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests off the user's diary and out of the terminal's colours and width."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PFP_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "100")
        yield
