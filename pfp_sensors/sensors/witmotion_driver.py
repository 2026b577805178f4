"""WitMotion BWT901BLE5.0 and WT901BLECL: streams as soon as somebody listens; the host's time only."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.heard import BadPacket, Notice, Samples, SensorFacts, SensorTraits, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Subscribe, Wait, Write
from pfp_sensors.sensors import witmotion as wit
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.standard_services import hear_standard
from pfp_sensors.sensors.wished import choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Script

SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
COMMAND: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"

TRAITS: Final = SensorTraits(
    kind="witmotion",
    title="WitMotion BWT901BLE5.0 / WT901BLECL",
    service_uuids=(SERVICE,),
    name_prefixes=("WT901", "BWT901"),
    rates_hz=(200.0, 100.0, 50.0),
    acc_ranges_g=(wit.ACC_RANGE_G,),
    gyr_ranges_dps=(wit.GYR_RANGE_DPS,),
    clock="host",
    clock_wrap_ns=None,
    clock_step_ns=0,
    seq_wrap=None,
    index_wrap=None,
    loss="not_detectable",
    clips="samples at the last 16-bit code",
    battery="a register that is asked for once a minute, in volts",
    undo="nothing: the rate is not saved, so it is forgotten when the sensor is switched off",
    evidence="frames from the maker's description; no sensor has been met. The protocol fixes the size of a"
    " count, it is not read back; the rate is, where the sensor answers, else it is the one asked for. No"
    " time, counter or checksum is sent: no left/right timing is possible, and lost samples are not seen.",
)
"""What is known of both models."""

_SETTLE_S = 0.1


class WitMotionDriver:
    """One WitMotion sensor of one recording.

    Samples come out once the rate was read back, or once the host went on to ask for the battery without
    having heard a rate: then the rate that it set counts. Frames before that are counted in notices
    ``before_facts``.

    Parameters
    ----------
    save
        Whether the rate is written into the sensor's memory for good, which changes the sensor for everyone.
    """

    def __init__(self, wish: Wish = Wish(), *, save: bool = False) -> None:  # noqa: B008 - frozen
        self._wish = wish
        self._save = save
        self._segment = -1
        self._forget()

    def _forget(self) -> None:
        self._cutter = wit.FrameCutter()
        self._asked_hz: float | None = None
        self._facts: SensorFacts | None = None

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""
        return TRAITS

    @property
    def keep_alive_s(self) -> float | None:
        """The battery is asked for once a minute."""
        return 60.0

    # --- scripts ----------------------------------------------------------------------------------

    def start(self) -> Script:
        """Listen, set the rate, read it back.

        Raises
        ------
        SensorError
            If the wish cannot be met, or the sensor reads back another rate.
        """
        rate_hz = choose("rate", "Hz", self._wish.rate_hz, TRAITS.rates_hz[:1], TRAITS.rates_hz)
        choose("acceleration range", "g", self._wish.acc_range_g, TRAITS.acc_ranges_g, TRAITS.acc_ranges_g)
        choose(
            "turning range", "deg/s", self._wish.gyr_range_dps, TRAITS.gyr_ranges_dps, TRAITS.gyr_ranges_dps
        )
        yield Subscribe(NOTIFY, Channel.DATA)
        for command in (wit.UNLOCK, wit.set_rate(rate_hz), *((wit.SAVE,) if self._save else ())):
            yield Write(COMMAND, command, response=False)
            yield Wait(_SETTLE_S)
        yield from _check_rate(rate_hz)
        yield from self.keep_alive()

    def keep_alive(self) -> Script:
        """Ask for the battery; the answer is heard as a packet."""
        yield Write(COMMAND, wit.read_registers(wit.BATTERY), response=False)

    def stop(self) -> Script:
        """Do nothing: it streams only while somebody listens."""
        yield from ()

    # --- packets ----------------------------------------------------------------------------------

    def feed(self, packet: Packet) -> Sequence[Heard]:
        """Understand one packet; nothing is raised."""
        if packet.segment != self._segment:
            self._segment = packet.segment
            self._forget()
        if packet.channel == Channel.SENT:
            return self._hear_command(packet.payload)
        if packet.channel not in (Channel.DATA, Channel.CONTROL):
            return hear_standard(packet)
        heard: list[Heard] = []
        cuts = self._cutter.add(packet.payload, packet.host_mono_ns)
        for _, group in groupby(cuts, lambda cut: (cut.at_ns, cut.data[:2] if cut.is_frame else b"")):
            heard += self._hear_cuts(packet, list(group))
        return heard

    def _hear_cuts(self, packet: Packet, cuts: list[wit.Cut]) -> Sequence[Heard]:
        """Understand cuts of one kind that one notification completed."""
        at, segment = cuts[0].at_ns, packet.segment
        if not cuts[0].is_frame:
            count = sum(len(cut.data) for cut in cuts)
            return (BadPacket(at, segment, f"{count} bytes of the WitMotion stream are no whole frame."),)
        frames = [wit.decode_frame(cut.data) for cut in cuts]
        counts = [frame.counts for frame in frames if isinstance(frame, wit.Motion)]
        if counts and self._facts is None:
            return (Notice(at, segment, "before_facts", len(counts)),)
        if counts:
            stack = np.stack(counts)
            return (Samples(at, segment, stack[:, 0:3], stack[:, 3:6]),)
        heard: list[Heard] = []
        for frame in frames:
            if isinstance(frame, wit.Registers):
                heard += self._hear_registers(at, segment, frame)
        return heard

    def _hear_registers(self, at: int, segment: int, registers: wit.Registers) -> Sequence[Heard]:
        first, value = registers.first, registers.values[0]
        if first == wit.BATTERY:
            return (Status(at, segment, battery_mv=value * 10),)
        if first == wit.TEMPERATURE:
            return (Status(at, segment, temperature_c=value / 100),)
        if first != wit.RATE:
            return (Notice(at, segment, "unknown_register"),)
        rate_hz = _rate_of(value)
        if rate_hz is None:
            self._facts = None
            return (
                BadPacket(at, segment, f"The sensor reads back rate code {value:#x}, which is not known."),
            )
        return self._learn(rate_hz)

    def _hear_command(self, command: bytes) -> Sequence[Heard]:
        if len(command) == 5 and command[:3] == bytes((0xFF, 0xAA, wit.RATE)):
            self._asked_hz = _rate_of(command[3])
            self._facts = None
        if command == wit.read_registers(wit.BATTERY) and self._facts is None and self._asked_hz:
            return self._learn(self._asked_hz)
        return ()

    def _learn(self, rate_hz: float) -> Sequence[Heard]:
        before = self._facts
        self._facts = SensorFacts(
            rate_hz=rate_hz,
            acc_scale_g=wit.ACC_RANGE_G / wit.FULL_SCALE,
            gyr_scale_dps=wit.GYR_RANGE_DPS / wit.FULL_SCALE,
            acc_range_g=wit.ACC_RANGE_G,
            gyr_range_dps=wit.GYR_RANGE_DPS,
            acc_clip=wit.LAST_CODE,
            gyr_clip=wit.LAST_CODE,
        )
        return () if self._facts == before else (self._facts,)


def _rate_of(code: int) -> float | None:
    return next((rate for rate, known in wit.RATE_CODES.items() if known == code), None)


def _check_rate(rate_hz: float) -> Script:
    """Read the rate back; a sensor that does not answer is taken at its word."""
    head = bytes((0x55, 0x71, wit.RATE, 0))
    try:
        answer: bytes = yield Ask(
            COMMAND, wit.read_registers(wit.RATE), NOTIFY, lambda payload: head in payload, response=False
        )
    except NoAnswerError:  # also where the answer straddles two notifications: `feed` puts it together
        return
    code = answer[answer.index(head) + len(head) :][:1]
    if code and _rate_of(code[0]) != rate_hz:
        raise SensorError(
            f"The sensor was set to {rate_hz:g} Hz but reads back rate code {code[0]:#x}.",
            "Switch it off and on, then try again.",
        )
