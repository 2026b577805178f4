"""The screen and the keys of ``pfp record``."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TextIO

from pfp_sensors.report.record_view import LINES, WIDTH, clock_text, cue_numbers, plain_line, screen_lines
from pfp_sensors.report.slow_air import SlowAir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pfp_sensors.collect.cues import Cue
    from pfp_sensors.collect.session import Session

KEYS: Final = "Keys: l lap   0-9 pain now (x for 10)   m mark   q or Ctrl-C ends"

_REDRAW_S: Final = 1.0
_LINE_EVERY_S: Final = 5.0
_CUE_STAYS_S: Final = 4.0
_BELL: Final = "\a"
_MAX_PAIN_KEY: Final = "x"
_KEYS_AT_ONCE: Final = 64


class RecordView:
    """Shows a recording on standard error: redrawn on a terminal, one line every five seconds elsewhere.

    A terminal that is closed, or a reader that leaves, ends the showing and never the recording.

    Parameters
    ----------
    stream
        Where to; standard error unless a test looks.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._is_watched = True
        self._drawn = 0
        self._cue: tuple[str, str] | None = None
        self._cue_until_s = 0.0
        self._slow_air = SlowAir()
        self._draw: Callable[[], None] = lambda: None

    def message(self, text: str) -> None:
        """Show a message above the picture."""
        self._write(self._back_to_top() + "\x1b[J" * self._terminal + text + "\n")
        self._drawn = 0
        self._draw()

    def cue(self, cue: Cue, _late_s: float) -> None:
        """Tell the runner: the terminal's bell and large words, a line elsewhere."""
        numbers = cue_numbers(cue.text, cue.kind, cue.value, cue.target)
        self._cue = (cue.large, numbers)
        self._cue_until_s = time.monotonic() + _CUE_STAYS_S
        self._write(_BELL if self._terminal else f"{clock_text(cue.contact_s)}; {numbers}\n")
        self._draw()

    async def follow(self, session: Session, stop: asyncio.Event) -> None:
        """Show a session until it ends, and obey the keys."""
        with _keys(lambda key: self._press(key, session, stop)) as has_keys:
            every_s = _REDRAW_S if self._terminal else _LINE_EVERY_S
            if self._terminal:
                self._draw = lambda: self._show(session, KEYS if has_keys else "")
            while not stop.is_set():
                self._show(session, KEYS if has_keys else "")
                with contextlib.suppress(TimeoutError):  # the usual case: time to show it again
                    async with asyncio.timeout(every_s):
                        await stop.wait()
        self._draw, self._cue = (lambda: None), None
        self._show(session, "")
        self._drawn = 0
        self.message("Ending: the sensor is told to stop, then the recording is finished.")

    def _press(self, key: str, session: Session, stop: asyncio.Event) -> None:
        at = clock_text(session.elapsed_s)
        if key in {"q", "\x03"}:
            stop.set()
        elif key == "l":
            session.mark("lap")
            self.message(f"{at} lap")
        elif key == "m":
            session.mark("mark")
            self.message(f"{at} mark")
        elif key.isdigit() or key == _MAX_PAIN_KEY:
            score = 10 if key == _MAX_PAIN_KEY else int(key)
            session.mark("pain", score=score)
            self.message(f"{at} pain {score} of 10 noted")

    def _show(self, session: Session, keys: str) -> None:
        state = session.state()
        state = replace(state, messages=(*state.messages, *self._slow_air.look(state)))
        if not self._terminal:
            self._write(plain_line(state) + "\n")
            return
        if time.monotonic() > self._cue_until_s:
            self._cue = None
        lines = screen_lines(state, keys, self._cue, self._room())
        # Each line is written over the old one and its rest wiped, in one write: nothing flickers.
        self._write(self._back_to_top() + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        self._drawn = len(lines)

    def _room(self) -> tuple[int, int]:
        """Return columns and lines of the terminal, without the last of each."""
        try:
            columns, lines = os.get_terminal_size(self._stream.fileno())
        except OSError:
            return WIDTH, LINES
        return (columns - 1 if columns > 1 else WIDTH), (lines - 1 if lines > 1 else LINES)

    def _back_to_top(self) -> str:
        """Return what takes the cursor back to the first line of the picture."""
        return f"\x1b[{self._drawn}A" if self._drawn else ""

    def _write(self, text: str) -> None:
        if not self._is_watched:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # nobody looks any more; the run goes on
            self._is_watched = False


@contextlib.contextmanager
def _keys(press: Callable[[str], None]) -> Iterator[bool]:
    """Hand each key to ``press`` at once while the block runs; False where there is no keyboard to read."""
    try:
        import termios
    except ImportError:  # Windows: laps and pain can be entered afterwards
        yield False
        return
    if not sys.stdin.isatty():
        yield False
        return
    loop, keyboard = asyncio.get_running_loop(), sys.stdin.fileno()

    def read() -> None:
        try:
            typed = os.read(keyboard, _KEYS_AT_ONCE)
        except OSError:  # the terminal was closed
            typed = b""
        if not typed:
            loop.remove_reader(keyboard)
        for key in typed.decode("ascii", "ignore"):
            press(key)

    before: list[Any] = termios.tcgetattr(keyboard)
    termios.tcsetattr(keyboard, termios.TCSADRAIN, _key_by_key(before))
    loop.add_reader(keyboard, read)
    try:
        yield True
    finally:
        loop.remove_reader(keyboard)
        with contextlib.suppress(termios.error):  # a closed terminal has no settings to restore
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _key_by_key(settings: list[Any]) -> list[Any]:
    """Return terminal settings without echo, line editing and Ctrl-S, which would hold up the loop."""
    import termios

    changed = [*settings[:6], list(settings[6])]
    changed[0] &= ~termios.IXON
    changed[3] &= ~(termios.ECHO | termios.ICANON)
    changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
    return changed
