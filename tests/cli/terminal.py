"""A program on a terminal of 80 columns and 24 lines, and what a person would see there."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
COLUMNS, LINES = 80, 24
PATIENCE_S = 90.0

# Only a program whose own terminal it is gets an interrupt from Ctrl-C.
_ON_ITS_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from pfp_sensors.cli import main
sys.exit(main(sys.argv[1:]))
"""
_PIECE = re.compile(r"\x1b\[(\d*)([A-Za-z])|(.)", re.DOTALL)


class Screen:
    """Understands what the programs here write: text, line ends, the bell, cursor up, wipe line and rest."""

    def __init__(self) -> None:
        self.lines = [""]
        self.row, self.column, self.bells, self.scrolled = 0, 0, 0, 0
        self._kept = ""

    def feed(self, text: str) -> None:
        """Take what was written; an escape that is not known raises."""
        text = self._kept + text
        cut = re.search(r"\x1b(\[\d*)?\Z", text)
        self._kept = cut[0] if cut else ""
        for piece in _PIECE.finditer(text[: len(text) - len(self._kept)]):
            if piece[2]:
                self._command(piece[2], int(piece[1] or 1))
            else:
                self._put(piece[3])

    def _command(self, letter: str, count: int) -> None:
        if letter == "A":
            self.row = max(self.scrolled, self.row - count)
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif letter == "J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            del self.lines[self.row + 1 :]
        else:
            raise AssertionError(f"the terminal was sent ESC[{count}{letter}")

    def _put(self, letter: str) -> None:
        if letter == "\a":
            self.bells += 1
        elif letter == "\r":
            self.column = 0
        elif letter == "\n":
            self._next_line()
        else:
            assert letter.isprintable(), f"the terminal was sent {letter!r}"
            if self.column == COLUMNS:  # the line is full: it goes on in the next one
                self.column = 0
                self._next_line()
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + letter + line[self.column + 1 :]
            self.column += 1

    def _next_line(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")
        self.scrolled = max(self.scrolled, self.row - LINES + 1)

    @property
    def text(self) -> str:
        """Everything since the start, also what has scrolled away."""
        return "\n".join(line.rstrip() for line in self.lines)

    @property
    def visible(self) -> list[str]:
        """What stands on the screen now."""
        return [line.rstrip() for line in self.lines[self.scrolled :]]


class Terminal:
    """Runs ``pfp`` with standard input, output and error on a terminal of its own."""

    def __init__(self, *arguments: str, home: Path) -> None:
        self.screen = Screen()
        self.writes: list[str] = []
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.settings_before = self.settings()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ON_ITS_TERMINAL, "--home", str(home), *arguments],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            cwd=ROOT,
            env={key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES"}},
            start_new_session=True,
        )

    def __enter__(self) -> Terminal:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing running."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for side in (self._ours, self._theirs):
            if side >= 0:
                os.close(side)

    def settings(self) -> list[Any]:
        """Return the terminal's settings."""
        return termios.tcgetattr(self._theirs)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def close(self) -> int:
        """Close the window, as a person does in the middle; return the program's exit code."""
        os.close(self._ours)
        self._ours = -1
        return self.process.wait(PATIENCE_S)

    def until(self, seen: Callable[[Screen], bool]) -> None:
        """Read until the screen shows something."""
        end_s = time.monotonic() + PATIENCE_S
        while not seen(self.screen):
            assert time.monotonic() < end_s, self.screen.text
            assert self._read() or self.process.poll() is None, self.screen.text

    def rests(self) -> None:
        """Wait until the program waits: just before it waits for a key, Python is deaf to Ctrl-C."""
        program, looks = psutil.Process(self.process.pid), 0
        end_s = time.monotonic() + PATIENCE_S
        while looks < 5:
            assert time.monotonic() < end_s, self.screen.text
            before = program.cpu_times()
            time.sleep(0.1)
            is_waiting = program.status() == psutil.STATUS_SLEEPING and program.cpu_times() == before
            looks = looks + 1 if is_waiting else 0

    def end(self) -> int:
        """Read until the program has ended; return its exit code."""
        end_s = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < end_s, self.screen.text
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 0.1)[0]:
            return False
        text = self._decoder.decode(os.read(self._ours, 65536))
        self.writes.append(text)
        self.screen.feed(text)
        return True
