"""Packets of simulated sensors without Bluetooth: the sensors' own program, asked when it would run."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pfp_sensors.model.packets import Channel, Packet
from pfp_sensors.rig.firmware import Firmware
from pfp_sensors.rig.plans import SensorPlan
from pfp_sensors.rig.runner_signal import RunnerSignals
from pfp_sensors.sensors.open_profile_commands import Start, Time, encode_command
from pfp_sensors.synth.settings import PlanPart, RunnerSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERVAL_S: Final = 0.03
STAND_S: Final = 8.0
_MTU: Final = 247
_NS: Final = 1_000_000_000
_LOOK_AGAIN_NS: Final = 1000
_BOOTED_NS: Final = 1 * _NS
_CLOCKS_PPM: Final = (18.0, -27.0)
_SIDES: Final = ("left", "right")


def sensor_plans(n_sensors: int) -> tuple[SensorPlan, ...]:
    """List sensors as ``pfp record --simulate`` has them: 208 Hz, six axes, +-32 g, clocks that drift."""
    return tuple(
        SensorPlan(
            name=f"SHANK-{side[0].upper()}",
            address=f"F0:00:00:00:00:{0x11 + k:02X}",
            serial=f"SIM-{k + 1:04d}",
            side="left" if side == "left" else "right",
            acc_range_g=32,
            clock_ppm=_CLOCKS_PPM[k],
        )
        for k, side in enumerate(_SIDES[:n_sensors])
    )


def runner_signals(run_s: float, seed: int = 3) -> RunnerSignals:
    """Simulate a runner: standing, then running for so long."""
    return RunnerSignals(
        RunnerSettings(plan=(PlanPart("still", STAND_S), PlanPart("running", run_s)), seed=seed)
    )


class Repeated:
    """A simulated run of some minutes, played again and again."""

    def __init__(self, signals: RunnerSignals, plan: SensorPlan) -> None:
        played = signals(plan)
        self._once = played.counts(0, len(played))

    def counts(self, first: int, n: int) -> Any:
        """Give n samples from a position on, (n, 6) int16."""
        return self._once.take(np.arange(first, first + n), axis=0, mode="wrap")


@dataclass(frozen=True, slots=True)
class Encoded:
    """What some sensors would send.

    Attributes
    ----------
    packets
        In order of arrival: each at the connection event after it was full.
    firmwares
        The sensors.
    origin_ns
        When the outing began.
    """

    packets: tuple[Packet, ...]
    firmwares: tuple[Firmware, ...]
    origin_ns: int


def encoded(plans: Sequence[SensorPlan], signal_for: Any, seconds: float) -> Encoded:
    """Let sensors run for so long on a clock of their own and note what they send, and when it arrives."""
    origin_ns = _BOOTED_NS + _NS // 2
    packets: list[Packet] = []
    firmwares = []
    for number, plan in enumerate(plans):
        firmware = Firmware(plan, signal_for, random.Random(number), lambda _now: origin_ns)
        firmwares.append(firmware)
        packets += _sent(firmware, number, origin_ns, origin_ns + round(seconds * _NS))
    packets.sort(key=lambda packet: packet.host_mono_ns)
    return Encoded(tuple(packets), tuple(firmwares), origin_ns)


def next_event_ns(from_ns: int) -> int:
    """Tell when the first connection event at or after a moment is."""
    every_ns = round(INTERVAL_S * _NS)
    return -(-from_ns // every_ns) * every_ns


def _sent(firmware: Firmware, number: int, start_ns: int, end_ns: int) -> list[Packet]:
    """Start one sensor and list its packets, with the clock asked for once a second."""
    firmware.power_up(_BOOTED_NS)
    start = firmware.answer(encode_command(Start()), _MTU, start_ns, start_ns)
    packets = [
        _packet(start_ns - 2, number, Channel.INFO, firmware.info()),
        _packet(start_ns - 1, number, Channel.CONTROL, start),
    ]
    now_ns, ask_ns = start_ns, start_ns
    while now_ns < end_ns:
        firmware.measure(now_ns)
        found = False
        while (payload := firmware.next_packet(_MTU, now_ns)) is not None:
            found = True
            packets.append(_packet(next_event_ns(now_ns), number, Channel.DATA, payload))
        if now_ns >= ask_ns:
            packets += _clock_asked(firmware, number, now_ns)
            ask_ns += _NS
        now_ns = max(firmware.next_packet_due_ns(), now_ns + (0 if found else _LOOK_AGAIN_NS))
    return packets


def _clock_asked(firmware: Firmware, number: int, now_ns: int) -> list[Packet]:
    command = encode_command(Time(now_ns))
    heard_ns = next_event_ns(now_ns)
    answer = firmware.answer(command, _MTU, heard_ns, heard_ns)
    arrives_ns = next_event_ns(heard_ns + 1)
    return [
        _packet(now_ns, number, Channel.SENT, command),
        _packet(arrives_ns, number, Channel.CONTROL, answer),
    ]


def _packet(at_ns: int, number: int, channel: Channel, payload: bytes) -> Packet:
    return Packet(at_ns, at_ns, number, channel, 0, payload)
