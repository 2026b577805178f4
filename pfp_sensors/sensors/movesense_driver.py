"""A Movesense sensor as a sensor of a recording: how it is started, kept, stopped and understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.heard import BadPacket, Notice, Samples, SensorFacts, SensorTraits, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Subscribe, Write
from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.movesense import Command
from pfp_sensors.sensors.movesense_joiner import Joined, Joiner, Torn
from pfp_sensors.sensors.movesense_steps import (
    RATE_OF_REF,
    Ref,
    choose_rate,
    read_ranges,
    say_hello,
    subscribe,
    unsubscribe,
)
from pfp_sensors.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Script

TRAITS: Final = SensorTraits(
    kind="movesense",
    title="Movesense (GATT sensor data firmware)",
    service_uuids=(gsp.SERVICE, gsp.ADVERTISED),
    name_prefixes=("Movesense",),
    rates_hz=(208.0, 104.0, 416.0, 52.0, 26.0, 13.0, 833.0, 1666.0),
    acc_ranges_g=tuple(reversed(gsp.ACC_RANGES_G)),
    gyr_ranges_dps=tuple(reversed(gsp.GYR_RANGES_DPS)),
    clock="device",
    clock_wrap_ns=gsp.CLOCK_WRAP_MS * 10**6,
    clock_step_ns=10**6,
    seq_wrap=None,
    index_wrap=None,
    loss="by_time",
    clips="by value: samples at the range that the sensor names",
    battery="asked from the sensor once a minute",
    undo="unsubscribe; it ends by itself when the connection does",
    evidence=(
        "commands and samples are laid out as its maker's document says, and samples as others have captured"
        " them; its answers about ranges have not been seen, and no sensor was at hand;"
        " ranges are read and cannot be set this way"
    ),
)
"""What is known of it. Its clock counts ms: jumps of whole steps tell of lost samples."""

KEEP_ALIVE_S: Final = 60.0
CLIP_SHARE: Final = 0.995
"""Share of the range from which a sample counts as clipped: the last count lies just below the range."""
POSSIBLE_SHARE: Final = 1.25
"""Share of the range beyond which a number cannot have been measured: the bytes are damaged."""
_NO_WISH: Final = Wish()


class MovesenseDriver:
    """One Movesense sensor with the GATT sensor data firmware.

    It sends floats in m/s² and deg/s, kept as they are. Its facts are the two ranges it answers and the rate
    it is subscribed at, which the reference of every packet tells. Without all three no samples.

    Parameters
    ----------
    wish
        What to record it at; without a wish 208 Hz. Ranges cannot be set: a wish that differs is refused.
    """

    def __init__(self, wish: Wish = _NO_WISH) -> None:
        self._wish = wish
        self._segment: int | None = None
        self._joiners: dict[int, Joiner] = {}
        self._acc_range_g: float | None = None
        self._gyr_range_dps: float | None = None
        self._facts: SensorFacts | None = None

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""
        return TRAITS

    @property
    def keep_alive_s(self) -> float:
        """How often its battery is asked for, in s."""
        return KEEP_ALIVE_S

    # --- scripts ----------------------------------------------------------------------------------

    def start(self) -> Script:
        """Make sure which app answers, read the ranges, and subscribe; all of it again after each reconnect.

        Raises
        ------
        SensorError
            If another app answers, it does not tell its ranges, or it cannot do what is wished.
        """
        rate_hz = choose_rate(self._wish)
        yield Subscribe(gsp.NOTIFY, Channel.DATA)
        yield from say_hello()
        yield from read_ranges(self._wish)
        yield from subscribe(rate_hz)
        yield from self.keep_alive()

    def keep_alive(self) -> Script:
        """Ask for its battery; the answer is understood when it comes.

        Nothing waits for it: a sensor that is asked too much refuses everything until it is restarted.
        """
        yield Write(gsp.WRITE, gsp.encode_command(Command.GET, Ref.BATTERY, gsp.encode_path(gsp.BATTERY)))

    def stop(self) -> Script:
        """End the subscription.

        Raises
        ------
        SensorError
            If the sensor does not answer.
        """
        yield from unsubscribe(choose_rate(self._wish))

    # --- packets ----------------------------------------------------------------------------------

    def feed(self, packet: Packet) -> Sequence[Heard]:
        """Understand one packet; whatever its bytes are, nothing is raised."""
        if packet.channel not in (Channel.DATA, Channel.CONTROL):
            return ()
        if packet.segment != self._segment:
            self._segment = packet.segment
            self._joiners.clear()
            self._acc_range_g = self._gyr_range_dps = self._facts = None
        try:
            heard = gsp.decode_notification(packet.payload)
            if isinstance(heard, gsp.Part):
                return self._hear_part(packet, heard)
            return self._hear_response(packet, heard)
        except CodecError as error:
            return (BadPacket(packet.host_mono_ns, packet.segment, error.message),)

    def _hear_response(self, packet: Packet, response: gsp.Response) -> Sequence[Heard]:
        if response.ref == Ref.HELLO:
            gsp.decode_hello(response.body)
            return ()
        held = self._hear_joined(packet, response.ref, self._joiner(response.ref).flush())
        if response.status >= 300:
            return (*held, Notice(packet.host_mono_ns, packet.segment, f"refused_{response.status}"))
        match response.ref:
            case Ref.ACC_CONFIG:
                self._acc_range_g = gsp.decode_range(response.data, gsp.ACC_RANGES_G)
            case Ref.GYR_CONFIG:
                self._gyr_range_dps = gsp.decode_range(response.data, gsp.GYR_RANGES_DPS)
            case Ref.BATTERY:
                return (_battery(packet, response.data),)
        return (*held, *self._learn_facts(response.ref))

    def _hear_part(self, packet: Packet, part: gsp.Part) -> Sequence[Heard]:
        if part.ref not in RATE_OF_REF:
            return (Notice(packet.host_mono_ns, packet.segment, "unknown_packet"),)
        learnt = self._learn_facts(part.ref)
        joined = self._joiner(part.ref).add(part, packet.host_mono_ns)
        return (*learnt, *self._hear_joined(packet, part.ref, joined))

    def _hear_joined(self, packet: Packet, ref: int, joined: Sequence[object]) -> list[Heard]:
        at = (packet.host_mono_ns, packet.segment)
        heard: list[Heard] = []
        for item in joined:
            if isinstance(item, Joined):
                heard.append(self._samples(packet.segment, ref, item))
            elif isinstance(item, Torn):
                heard.append(BadPacket(*at, f"A message of {item.size} bytes and more lost its end."))
            else:
                heard.append(Notice(*at, "orphan_continuation"))
        return heard

    def _samples(self, segment: int, ref: int, joined: Joined) -> Heard:
        try:
            message = gsp.decode_imu6(joined.body)
            self._check(message, ref)
        except CodecError as error:
            return BadPacket(joined.host_mono_ns, segment, error.message)
        device_ns = message.device_ms * 10**6
        return Samples(joined.host_mono_ns, segment, acc=message.acc, gyr=message.gyr, device_ns=device_ns)

    def _check(self, message: gsp.ImuMessage, ref: int) -> None:
        facts = self._facts
        if facts is None or facts.acc_range_g is None or facts.gyr_range_dps is None:
            raise CodecError("Samples came before the ranges were read.")
        if facts.rate_hz != RATE_OF_REF[ref]:
            raise CodecError(f"Samples of {RATE_OF_REF[ref]:g} Hz came beside those of {facts.rate_hz:g} Hz.")
        acc_limit = POSSIBLE_SHARE * facts.acc_range_g * STANDARD_GRAVITY_MPS2
        gyr_limit = POSSIBLE_SHARE * facts.gyr_range_dps
        if np.abs(message.acc).max() > acc_limit or np.abs(message.gyr).max() > gyr_limit:
            raise CodecError("A sample lies far beyond the range: its bytes are damaged.")

    def _learn_facts(self, ref: int) -> Sequence[Heard]:
        acc_g, gyr_dps, rate_hz = self._acc_range_g, self._gyr_range_dps, RATE_OF_REF.get(ref)
        if self._facts is not None or acc_g is None or gyr_dps is None or rate_hz is None:
            return ()
        self._facts = SensorFacts(
            rate_hz=rate_hz,
            acc_scale_g=1 / STANDARD_GRAVITY_MPS2,
            gyr_scale_dps=1.0,
            acc_range_g=acc_g,
            gyr_range_dps=gyr_dps,
            acc_clip=CLIP_SHARE * acc_g * STANDARD_GRAVITY_MPS2,
            gyr_clip=CLIP_SHARE * gyr_dps,
        )
        return (self._facts,)

    def _joiner(self, ref: int) -> Joiner:
        return self._joiners.setdefault(ref, Joiner())


def _battery(packet: Packet, data: bytes) -> Status:
    if len(data) != 1 or data[0] > 100:
        raise CodecError(f"A battery of {data.hex() or 'no'} bytes was answered; 0 to 100 was expected.")
    return Status(packet.host_mono_ns, packet.segment, battery_percent=data[0])
