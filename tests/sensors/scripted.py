"""A sensor without a connection: plays a script's other side, and hands out the packets of what was said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pfp_sensors.errors import NoAnswerError
from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.model.script import Ask, Now, Read, Subscribe

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.model.script import Script, Step

NOW_NS = 5_000_000_000


def heard_packet(payload: bytes, channel: Channel = Channel.DATA, segment: int = 0) -> Packet:
    """Wrap bytes as the link does."""
    return Packet(NOW_NS, 1_700_000_000_000_000_000, 0, channel, segment, payload)


@dataclass
class ScriptedSensor:
    """Answers reads with ``info`` (one after the other, the last again and again), commands with ``reply``.

    ``reply`` gets the written bytes and returns the answer, or None for silence.
    """

    info: list[bytes]
    reply: Callable[[bytes], bytes | None]
    steps: list[Step] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    said: list[Packet] = field(default_factory=list)
    now_ns: int = NOW_NS - 1_000_000_000

    def play(self, script: Script) -> None:
        """Run a script to its end, or to the error it raises."""
        outcome: Any = None
        failure: NoAnswerError | None = None
        while True:
            try:
                step = script.throw(failure) if failure else script.send(outcome)
            except StopIteration:
                return
            self.steps.append(step)
            outcome, failure = self._do(step)

    def _do(self, step: Step) -> tuple[Any, NoAnswerError | None]:
        match step:
            case Read():
                payload = self.info.pop(0) if len(self.info) > 1 else self.info[0]
                self.said.append(heard_packet(payload, step.channel))
                return payload, None
            case Now():
                self.now_ns += 1_000_000
                return self.now_ns, None
            case Ask():
                self.written.append(step.value)
                answer = self.reply(step.value)
                if answer is not None:
                    self.said.append(heard_packet(answer, Channel.CONTROL))
                if answer is None or not step.accept(answer):
                    return None, NoAnswerError("no answer")
                return answer, None
        return None, None

    def subscribed(self) -> list[str]:
        return [step.characteristic for step in self.steps if isinstance(step, Subscribe)]
