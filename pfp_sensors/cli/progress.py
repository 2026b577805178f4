"""A sign of life for anything over two seconds: a bar on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import TracebackType

_PATIENCE_S: Final = 2.0
_REDRAW_S: Final = 0.5
_BAR: Final = 24


class Progress:
    """Shows on standard error how many of ``total`` parts are done, once two seconds have passed.

    A thread redraws the bar, so that a single long part shows its seconds too.
    """

    def __init__(self, total: int, noun: str) -> None:
        self._total = total
        self._noun = noun
        self._done = 0
        self._label = ""
        self._start = time.monotonic()
        self._shown = False
        self._terminal = sys.stderr.isatty()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._redraw, daemon=True)

    def __enter__(self) -> Progress:
        """Start the clock."""
        if self._terminal:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._ended.set()
        if self._terminal:
            self._thread.join()
        self.clear()

    def expect(self, total: int) -> None:
        """Say how many parts there are, where that shows only after the start."""
        self._total = total

    def start(self, label: str) -> None:
        """Say which part is being worked on."""
        self._label = label

    def finish(self) -> None:
        """Count one part as done."""
        self._done += 1
        late = time.monotonic() - self._start > _PATIENCE_S
        if late and not self._terminal and self._total > 1:
            sys.stderr.write(f"{self._done} of {self._total} {self._noun}: {self._label}\n")

    def clear(self) -> None:
        """Take the bar off the line, so that something else can be written there."""
        with self._lock:
            if self._shown:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
                self._shown = False

    def _redraw(self) -> None:
        if self._ended.wait(_PATIENCE_S):
            return
        while True:
            with self._lock:
                sys.stderr.write(f"\r\x1b[K{self._line()}")
                sys.stderr.flush()
                self._shown = True
            if self._ended.wait(_REDRAW_S):
                return

    def _line(self) -> str:
        """Write the bar within 79 columns."""
        filled = _BAR * self._done // max(self._total, 1)
        bar = "#" * filled + "." * (_BAR - filled)
        elapsed = time.monotonic() - self._start
        count = f"{self._done}/{self._total}" if self._total > 1 else ""
        return f"[{bar}] {count} {elapsed:.0f} s  {self._label}"[:79]
