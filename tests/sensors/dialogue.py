"""Runs a script against a function that plays the sensor, and keeps what the link would have handed out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import NoAnswerError
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.model.script import Ask, Read, Subscribe, Write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.script import Script, Step


def packet(payload: bytes, channel: Channel = Channel.DATA, at_ns: int = 0, segment: int = 0) -> Packet:
    return Packet(at_ns, 0, 0, channel, segment, payload)


@dataclass
class Dialogue:
    """``reply`` gets the bytes of a command and returns all messages that answer it."""

    reply: Callable[[bytes], list[bytes]]
    answer_channel: Channel = Channel.CONTROL
    steps: list[Step] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)

    def play(self, script: Script) -> None:
        outcome: Any = None
        failure: NoAnswerError | None = None
        while True:
            try:
                step = script.throw(failure) if failure else script.send(outcome)
            except StopIteration:
                return
            self.steps.append(step)
            outcome, failure = None, None
            if isinstance(step, Ask | Write):
                self.written.append(step.value)
                self.packets.append(packet(step.value, Channel.SENT))
                for answer in self.reply(step.value):
                    self.packets.append(packet(answer, self.answer_channel))
                    if isinstance(step, Ask) and outcome is None and step.accept(answer):
                        outcome = answer
                if isinstance(step, Ask) and outcome is None:
                    failure = NoAnswerError("no answer")
            if isinstance(step, Read):
                outcome = b"\x4d"
                self.packets.append(packet(outcome, step.channel))

    def subscribed(self) -> list[tuple[str, Channel]]:
        return [(s.characteristic, s.channel) for s in self.steps if isinstance(s, Subscribe)]
