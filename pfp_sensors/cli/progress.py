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
_PLAIN_LINE_S: Final = 10.0
_PACE_AFTER_S: Final = 3.0
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600


class Progress:
    """Shows on standard error how many of ``total`` parts are done, once two seconds have passed.

    A thread redraws the bar, so that a single long part shows its seconds too. With ``pace`` the rate and the
    time that is left are shown, and a plain line comes every ten seconds instead of after each part.
    """

    def __init__(self, total: int, noun: str, *, pace: bool = False) -> None:
        self._total = total
        self._noun = noun
        self._pace = pace
        self._began: tuple[float, int] | None = None
        self._told = 0.0
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
        self.reach(self._done + 1)

    def reach(self, done: int) -> None:
        """Say how many parts are done by now."""
        self._done = done
        now = time.monotonic()
        if self._began is None:
            self._began = now, done
        if self._terminal or self._total <= 1 or now - self._start <= _PATIENCE_S:
            return
        if not self._pace:
            sys.stderr.write(f"{done} of {self._total} {self._noun}: {self._label}\n")
        elif done and (now - self._told >= _PLAIN_LINE_S or done == self._total):
            self._told = now
            sys.stderr.write(f"{done} of {self._total} {self._noun}{self._speed()}\n")

    def _speed(self) -> str:
        """Write rate and time left, once some parts are done and some seconds have gone by."""
        if self._began is None:
            return ""
        seconds, parts = time.monotonic() - self._began[0], self._done - self._began[1]
        if parts <= 0 or seconds < _PACE_AFTER_S:
            return ""
        left_s = (self._total - self._done) * seconds / parts
        return f", {parts / seconds:.3g} a second, {_duration(left_s)} left"

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
        if self._pace and self._done:
            return f"[{bar}] {count}, {_duration(elapsed)}{self._speed()}"[:79]
        return f"[{bar}] {count} {elapsed:.0f} s  {self._label}"[:79]


def _duration(seconds: float) -> str:
    """Write a time as a person says it."""
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min {whole % _MINUTE_S} s"
    return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S} min"
