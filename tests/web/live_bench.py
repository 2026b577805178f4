"""What the tests of the live page share: a recorder to follow, and a reader of server-sent events."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 90.0


@dataclass(frozen=True)
class Told:
    """One event as it came, and when by the monotonic clock."""

    name: str
    values: dict[str, Any]
    place: str
    at_s: float


class Stream:
    """Reads ``/live/events`` in a thread, as a browser does."""

    def __init__(self, port: int, after: str = "") -> None:
        self.told: list[Told] = []
        self.comments = 0
        self.has_ended = False
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._link.request("GET", "/live/events", headers={"Last-Event-ID": after} if after else {})
        sock = self._link.sock
        self._answer = self._link.getresponse()
        self.status = self._answer.status
        self.headers = {key.lower(): value for key, value in self._answer.headers.items()}
        self._sock = sock
        self._reading = threading.Thread(target=self._read, daemon=True)
        if self.status == 200:
            self._reading.start()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        place = ""
        try:
            for raw in self._answer:
                line = raw.decode().rstrip("\n")
                self.comments += line.startswith(":")
                if line and not line.startswith(":"):
                    key, _, value = line.partition(": ")
                    fields[key] = value
                elif not line and "data" in fields:
                    place = fields.get("id", place)
                    told = Told(fields["event"], json.loads(fields["data"]), place, time.monotonic())
                    self.told.append(told)
                    fields = {}
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass  # the test has closed it, or the server went away
        self.has_ended = True

    def named(self, name: str) -> list[Told]:
        return [one for one in list(self.told) if one.name == name]

    def landings(self) -> list[dict[str, Any]]:
        return [landing for told in self.named("landings") for landing in told.values["landings"]]

    def until(self, found: Callable[[Stream], Any], patience_s: float = PATIENCE_S) -> Any:
        """Wait until something is found in what was told, and return it."""
        until_s = time.monotonic() + patience_s
        while not (what := found(self)):
            last = self.told[-1] if self.told else None
            assert time.monotonic() < until_s, f"not told in time; last: {last}"
            assert not self.has_ended, f"the stream has ended; last: {last}"
            time.sleep(0.02)
        return what

    def close(self) -> None:
        if self._sock is not None:
            with suppress(OSError):  # it is shut already
                self._sock.shutdown(socket.SHUT_RDWR)
        if self._reading.ident is not None:
            self._reading.join(PATIENCE_S)
        self._answer.close()
        self._link.close()


@contextmanager
def following(port: int, after: str = "") -> Iterator[Stream]:
    stream = Stream(port, after)
    try:
        yield stream
    finally:
        stream.close()


@contextmanager
def recorder(home: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``pfp record --simulate`` as a program of its own."""
    command = [sys.executable, "-m", "pfp_sensors", "record", "--home", str(home), "--simulate", *arguments]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)


@contextmanager
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run ``pfp serve`` as a program of its own; give it and its port."""
    command = [sys.executable, "-m", "pfp_sensors", "serve", "--home", str(home), "--json", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        yield process, int(url.rstrip("/").rpartition(":")[2])
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE_S)
