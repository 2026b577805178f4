"""What runs inside a simulated sensor of the open profile: commands to answers, samples to packets.

No Bluetooth here: bytes in, bytes out, and every moment is given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from pfp_sensors.rig.sample_signal import FULL_COUNT
from pfp_sensors.rig.sensor_memory import U32, SensorMemory
from pfp_sensors.sensors import open_profile_commands as ctrl
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.open_profile import DataPacket, StatusPacket, encode_data, encode_status
from pfp_sensors.sensors.open_profile_info import Info, encode_info
from pfp_sensors.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from pfp_sensors.rig.plans import SensorPlan
    from pfp_sensors.rig.sample_signal import CountArray, SignalFor
    from pfp_sensors.sensors.open_profile_commands import Answer, Command

RATES_HZ: Final = (52, 104, 208, 416)
ACC_RANGES_G: Final = (4, 8, 16, 32)
GYR_RANGES_DPS: Final = (250, 500, 1000, 2000)
MOST_SAMPLES_PER_PACKET: Final = 19

_STATUS_EVERY_NS: Final = 1_000_000_000
_HEAD_BYTES: Final = 12
_SAMPLE_BYTES: Final = 12
_NOTIFICATION_BYTES: Final = 3
_CUT_BYTES: Final = 5

Until = Literal["start", "connect", "ever"]


class Firmware:
    """The program of a simulated sensor, with faults on demand.

    Parameters
    ----------
    plan
        What it is like at power-up.
    signal_for
        Makes what it measures.
    draws
        Where boot ids come from.
    origin_ns
        Tells, at the start of sampling, when the signal's position 0 was or is.

    Attributes
    ----------
    memories
        Clock, ring and counters of each power-up.
    streaming
        Whether packets go out: started, and the link has stood since.
    sent, dropped
        How many packets went out, and how many were lost on purpose.
    """

    def __init__(
        self,
        plan: SensorPlan,
        signal_for: SignalFor,
        draws: random.Random,
        origin_ns: Callable[[int], int],
    ) -> None:
        self.plan = plan
        self._signal_for, self._draws, self._origin_ns = signal_for, draws, origin_ns
        self.memories: list[SensorMemory] = []
        self.streaming = False
        self.sent = self.dropped = 0
        self.temperature_centi_c = 2150
        self._status_due_ns = self._idle_since_ns = 0
        self._to_drop = self._to_cut = 0
        self._wrong_answers: list[bytes] = []
        self._silent_until: Until | None = None

    def power_up(self, now_ns: int) -> None:
        """Start with a new boot id; after the first time, clock and counters are at 0 again."""
        if self.memories:
            self.plan = replace(self.plan, start_us=0, start_seq=0, start_index=0)
        self.streaming = False
        boot_id = self._draws.getrandbits(32)
        self.memories.append(SensorMemory(self.plan, self._signal_for(self.plan), boot_id, now_ns))

    @property
    def memory(self) -> SensorMemory:
        """Clock, ring and counters of this power-up."""
        return self.memories[-1]

    # --- commands ---------------------------------------------------------------------------------

    def answer(self, value: bytes, mtu: int, received_ns: int, now_ns: int) -> bytes:
        """Do a command whose first byte is known, and return the answer to indicate; empty for none."""
        op = ctrl.Op(value[0])
        self.memory.catch_up(now_ns)
        if op == ctrl.Op.START and self._wrong_answers:
            return self._wrong_answers.pop(0)
        try:
            command = ctrl.decode_command(value)
        except CodecError:
            return ctrl.encode_answer(_bad_length(op))
        return ctrl.encode_answer(self._do(command, mtu, received_ns, now_ns))

    def _do(self, command: Command, mtu: int, received_ns: int, now_ns: int) -> Answer:
        match command:
            case ctrl.Start():
                return self._start(None, mtu, now_ns)
            case ctrl.Resume():
                return self._start(command, mtu, now_ns)
            case ctrl.Stop():
                self.memory.end()
                self.streaming = False
                return ctrl.PlainAnswer(ctrl.Op.STOP, ctrl.Result.OK)
            case ctrl.Time(t1_ns):
                device_ns = self.memory.device_ns
                return ctrl.TimeAnswer(ctrl.Result.OK, t1_ns, device_ns(received_ns), device_ns(now_ns))
            case ctrl.Config():
                return ctrl.PlainAnswer(ctrl.Op.CONFIG, self._configure(command))

    def _start(self, resume: ctrl.Resume | None, mtu: int, now_ns: int) -> Answer:
        memory = self.memory
        if mtu < ctrl.LEAST_MTU:
            return ctrl.StartAnswer(ctrl.Result.MTU_TOO_SMALL, memory.boot_id, 0)
        if resume is not None and resume.boot_id != memory.boot_id:
            return ctrl.StartAnswer(ctrl.Result.BOOT_DIFFERS, memory.boot_id, 0)
        if not memory.sampling:
            memory.begin(now_ns, self._origin_ns(now_ns))
        first = memory.send_live() if resume is None else memory.send_again_from(resume.from_index)
        self.streaming = True
        self._status_due_ns = now_ns
        if self._silent_until == "start":
            self._silent_until = None
        return ctrl.StartAnswer(ctrl.Result.OK, memory.boot_id, first & U32)

    def _configure(self, wish: ctrl.Config) -> ctrl.Result:
        if not self.plan.config:
            return ctrl.Result.UNSUPPORTED
        if self.memory.sampling:
            return ctrl.Result.WRONG_STATE
        possible = (
            wish.rate_hz in RATES_HZ
            and wish.acc_range_g in ACC_RANGES_G
            and wish.gyr_range_dps in GYR_RANGES_DPS
            and 1 <= wish.samples_per_packet <= MOST_SAMPLES_PER_PACKET
        )
        if not possible:
            return ctrl.Result.UNSUPPORTED
        self.plan = replace(
            self.plan,
            rate_hz=float(wish.rate_hz),
            acc_range_g=wish.acc_range_g,
            gyr_range_dps=wish.gyr_range_dps,
            samples_per_packet=wish.samples_per_packet,
        )
        self.memory.set_up(self.plan, self._signal_for(self.plan))
        return ctrl.Result.OK

    def info(self) -> bytes:
        """Say how it is set."""
        return encode_info(
            Info(
                rate_hz=self.plan.rate_hz,
                acc_scale_mps2=self.plan.acc_range_g * STANDARD_GRAVITY_MPS2 / (FULL_COUNT + 1),
                gyr_scale_dps=self.plan.gyr_range_dps / (FULL_COUNT + 1),
                boot_id=self.memory.boot_id,
                ring_samples=self.memory.ring_samples,
                acc_range_g=self.plan.acc_range_g,
                gyr_range_dps=self.plan.gyr_range_dps,
                acc_clip=FULL_COUNT,
                gyr_clip=FULL_COUNT,
                samples_per_packet=self.plan.samples_per_packet,
                takes_config=self.plan.config,
            )
        )

    # --- packets ----------------------------------------------------------------------------------

    def link_lost(self, now_ns: int) -> None:
        """Stop sending; sampling goes on for the ring."""
        self.streaming = False
        self._idle_since_ns = now_ns

    def link_up(self) -> None:
        """Take note of a new connection."""
        if self._silent_until == "connect":
            self._silent_until = None

    def measure(self, now_ns: int) -> None:
        """Measure all that is due; give up when the link has been gone for too long."""
        idle_s = 0.0 if self.streaming else (now_ns - self._idle_since_ns) * 1e-9
        self.memory.catch_up(now_ns)
        if idle_s > self.plan.sampling_after_loss_s:
            self.memory.end()

    @property
    def can_send(self) -> bool:
        """Whether packets go out, as far as it depends on the sensor."""
        return self.streaming and self._silent_until is None

    def next_packet(self, mtu: int, now_ns: int) -> bytes | None:
        """Give the next packet to notify, or None while there is none."""
        while self.can_send:
            packet = self._status(now_ns) if now_ns >= self._status_due_ns else self._data(mtu)
            if packet is None:
                return None
            if self._to_drop:
                self._to_drop -= 1
                self.dropped += 1
                continue
            self.sent += 1
            return packet
        return None

    def next_packet_due_ns(self) -> int:
        """Tell when there will be a packet again."""
        return min(self.memory.full_at_ns(self.plan.samples_per_packet), self._status_due_ns)

    def _data(self, mtu: int) -> bytes | None:
        room = (mtu - _NOTIFICATION_BYTES - _HEAD_BYTES) // _SAMPLE_BYTES
        block = self.memory.take(min(self.plan.samples_per_packet, room))
        if block is None:
            return None
        t_us = block.device_ns // 1000 & U32
        packet = encode_data(DataPacket(self.memory.take_seq(), block.index & U32, t_us, block.counts))
        if self._to_cut:
            self._to_cut -= 1
            return packet[:-_CUT_BYTES]
        return packet

    def _status(self, now_ns: int) -> bytes:
        self._status_due_ns = now_ns + _STATUS_EVERY_NS
        memory = self.memory
        return encode_status(
            StatusPacket(
                seq=memory.take_seq(),
                boot_id=memory.boot_id,
                t_us=memory.device_ns(now_ns) // 1000 & U32,
                next_index=memory.next_index & U32,
                oldest_index=memory.oldest_index & U32,
                ring_dropped=memory.ring_dropped,
                acc_clipped=memory.acc_clipped,
                gyr_clipped=memory.gyr_clipped,
                fifo_overflows=memory.fifo_overflows,
                battery_mv=self.plan.battery_mv,
                temperature_centi_c=self.temperature_centi_c,
                battery_percent=self.plan.battery_percent,
                sampling=memory.sampling,
            )
        )

    # --- faults -----------------------------------------------------------------------------------

    def go_silent(self, until: Until) -> None:
        """Send nothing any more, but stay connected, until started again, connected again, or for ever."""
        self._silent_until = until

    def drop_next_packets(self, n: int) -> None:
        """Lose the next n packets after numbering them."""
        self._to_drop += n

    def truncate_next(self, n: int = 1) -> None:
        """Send the next n data packets shorter than they say."""
        self._to_cut += n

    def answer_wrongly(self, answer: bytes) -> None:
        """Answer the next START so, whatever it is, and do nothing; empty bytes are no answer at all."""
        self._wrong_answers.append(answer)

    # --- truth ------------------------------------------------------------------------------------

    def made(self, first: int, n: int, boot: int = -1) -> CountArray:
        """Give again what was measured from a sample number on, (n, 6); ``boot`` counts power-ups from 0."""
        return self.memories[boot].made(first, n)


def _bad_length(op: ctrl.Op) -> Answer:
    """Refuse a command whose length is wrong."""
    match op:
        case ctrl.Op.START:
            return ctrl.StartAnswer(ctrl.Result.BAD_LENGTH)
        case ctrl.Op.TIME:
            return ctrl.TimeAnswer(ctrl.Result.BAD_LENGTH)
        case _:
            return ctrl.PlainAnswer(op, ctrl.Result.BAD_LENGTH)
