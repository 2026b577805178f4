"""Talking with a sensor, as data: a script yields steps, whoever has the connection does them.

A script is a generator. It knows bytes and nothing of Bluetooth libraries or of waiting; the link sends the
outcome of each step back into it. So a sensor's start and stop can be tested without any connection.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

from pfp_sensors.model.packets import Channel


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic. Sent back: its bytes, or None where it is optional and not there."""

    characteristic: str
    channel: Channel = Channel.INFO
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Take all that a characteristic notifies or indicates from now on as packets of a channel."""

    characteristic: str
    channel: Channel
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Write a value; with ``response`` the sensor confirms it."""

    characteristic: str
    value: bytes
    response: bool = True


@dataclass(frozen=True, slots=True)
class Ask:
    """Write a value and wait for the answer to it on a subscribed characteristic. Sent back: its bytes.

    Without an answer in time `NoAnswerError` is thrown into the script, which may go on.
    """

    characteristic: str
    value: bytes
    answer_on: str
    accept: Callable[[bytes], bool]
    timeout_s: float = 2.0
    response: bool = True


@dataclass(frozen=True, slots=True)
class Now:
    """Sent back: the host's monotonic clock in ns."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass, on the collector's clock."""

    seconds: float


Step = Read | Subscribe | Write | Ask | Now | Wait
Script = Generator[Step, Any, None]
"""Steps out, outcomes in. May raise `SensorError` where the sensor cannot do what is asked."""


class Conversation(Protocol):
    """What a link needs of a sensor: its scripts."""

    @property
    def keep_alive_s(self) -> float | None:
        """How often `keep_alive` is due while streaming; None for never."""

    def start(self) -> Script:
        """Set up and start streaming; run after every connect, so it resumes where the sensor can."""

    def keep_alive(self) -> Script:
        """Ask what has to be asked again and again: the clock, the battery."""

    def stop(self) -> Script:
        """Undo what `start` did; run before every planned disconnect."""
