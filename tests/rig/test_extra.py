"""The rig says what is missing, and keeps quiet about what is no fault."""

from __future__ import annotations

import importlib.util
import logging
import subprocess
import sys

import pytest

from pfp_sensors.errors import UsageError
from pfp_sensors.rig.extra import require_rig


def test_without_bumble_the_line_that_installs_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"pip install 'pfp-sensors\[rig\]'"):
        require_rig()


@pytest.mark.parametrize(
    ("logger", "expected"),
    [
        ("bumble.controller", "!!! no connection for handle 0x0001"),
        ("bumble.host", "!!! no pending response future to set"),
    ],
)
def test_only_what_a_cut_or_a_stop_explains_is_kept_back(
    logger: str, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    require_rig()
    log = logging.getLogger(logger)
    log.warning(expected)
    log.warning("!!! unexpected event packet")
    assert [record.message for record in caplog.records] == ["!!! unexpected event packet"]


def test_importing_the_world_loads_no_bluetooth() -> None:
    code = (
        "import sys, pfp_sensors.rig.world, pfp_sensors.rig.runner_signal\n"
        "print(*(m for m in ('bleak', 'bumble', 'scipy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
