"""``pfp serve`` as a process of its own, as a person starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PFP: Final = (sys.executable, "-m", "pfp_sensors")
_PATIENCE_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running dashboard.

    Attributes
    ----------
    url
        As it was printed, with "/" at its end, and the token behind it where there is one.
    started_s
        When its process was started, by `time.perf_counter`.
    """

    url: str
    started_s: float
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        """Return the address without path and token, and without a slash at its end."""
        return self.url.partition("?")[0].rstrip("/")


@contextmanager
def served(home: Path, options: Sequence[str] = ()) -> Iterator[Served]:
    """Start the dashboard of a home on a free port, and end it.

    Raises
    ------
    RuntimeError
        If it does not start.
    """
    command = [*PFP, "--home", str(home), "serve", "--json", "--port", "0", *options]
    started_s = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(command)}: {process.communicate()[1]}")
        yield Served(str(json.loads(line)["url"]), started_s, process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
