"""The screen and the keys of ``pfp record``."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, Any, Final, TextIO

from pfp_sensors.report.record_view import clock_text, plain_line, screen_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pfp_sensors.collect.cues import Cue
    from pfp_sensors.collect.session import Session

KEYS: Final = "Keys: l lap   0-9 pain now (x for 10)   m mark   q or Ctrl-C ends"

_REDRAW_S: Final = 0.5
_LINE_EVERY_S: Final = 5.0
_BELL: Final = "\a"
_MAX_PAIN_KEY: Final = "x"


class RecordView:
    """Shows a recording on standard error: redrawn on a terminal, one line every five seconds elsewhere.

    Parameters
    ----------
    stream
        Where to; standard error unless a test looks.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._drawn = 0
        self._cue = ""

    def message(self, text: str) -> None:
        """Show a message above the picture."""
        self._clear()
        self._write(text + "\n")

    def cue(self, cue: Cue, _late_s: float) -> None:
        """Tell the runner: a sound and large words on a terminal, a line elsewhere."""
        self._cue = f">>> {cue.text.upper()}   now {cue.value:.0f}, target {cue.target:.0f}"
        if cue.value < 20:  # landing impact in g, not steps per minute
            self._cue = f">>> {cue.text.upper()}   now {cue.value:.1f} g, target {cue.target:.1f} g"
        self._write(_BELL if self._terminal else f"{clock_text(cue.contact_s)} {self._cue}\n")

    async def follow(self, session: Session, stop: asyncio.Event) -> None:
        """Show a session until it ends, and obey the keys."""
        with _keys(lambda key: self._press(key, session, stop)) as has_keys:
            every_s = _REDRAW_S if self._terminal else _LINE_EVERY_S
            while not stop.is_set():
                self._show(session, has_keys=has_keys)
                with contextlib.suppress(TimeoutError):  # the usual case: time to show it again
                    async with asyncio.timeout(every_s):
                        await stop.wait()
        self._show(session, has_keys=False)
        self._drawn = 0

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

    def _show(self, session: Session, *, has_keys: bool) -> None:
        state = session.state()
        if not self._terminal:
            self._write(plain_line(state) + "\n")
            return
        lines = screen_lines(state, KEYS if has_keys else "")
        if self._cue:
            lines.append(self._cue)
            self._cue = ""
        self._clear()
        self._write("".join(line + "\n" for line in lines))
        self._drawn = len(lines)

    def _clear(self) -> None:
        """Take the picture off the screen."""
        if self._terminal and self._drawn:
            self._write(f"\x1b[{self._drawn}A\x1b[J")
        self._drawn = 0

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextlib.contextmanager
def _keys(press: Callable[[str], None]) -> Iterator[bool]:
    """Hand each key to ``press`` at once while the block runs; False where there is no keyboard to read."""
    try:
        import termios
        import tty
    except ImportError:  # Windows: laps and pain can be entered afterwards
        yield False
        return
    if not sys.stdin.isatty():
        yield False
        return
    loop, keyboard = asyncio.get_running_loop(), sys.stdin.fileno()
    before: list[Any] = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)
    loop.add_reader(keyboard, lambda: press(sys.stdin.read(1)))
    try:
        yield True
    finally:
        loop.remove_reader(keyboard)
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
