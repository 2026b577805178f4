"""The Capture2Go IMU as a sensor of a recording: how it is started, kept in time, stopped and understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.errors import NoAnswerError
from pfp_sensors.model.heard import (
    BadPacket,
    ClockEcho,
    Notice,
    Samples,
    SensorFacts,
    SensorTraits,
    Status,
)
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Now, Subscribe, Write
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors.capture2go import Header
from pfp_sensors.sensors.capture2go_payloads import Flag
from pfp_sensors.sensors.capture2go_steps import (
    ask,
    choose_mode,
    echo_once,
    read_device,
    settle,
    stop_streaming,
)
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.driver import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Script
    from pfp_sensors.sensors.capture2go_payloads import DeviceInfo

TRAITS: Final = SensorTraits(
    kind="capture2go",
    title="Capture2Go IMU (SensorStim)",
    service_uuids=(wire.SERVICE,),
    name_prefixes=("IMU_",),
    rates_hz=(200.0, 100.0, 50.0, 25.0),
    acc_ranges_g=(payloads.ACC_RANGE_G,),
    gyr_ranges_dps=(payloads.GYR_RANGE_DPS,),
    clock="device",
    clock_wrap_ns=None,
    clock_step_ns=1,
    seq_wrap=None,
    index_wrap=None,
    loss="by_time",
    clips="flagged by the sensor for eight samples together, before its own filtering; and by extreme counts",
    battery="in its status frames, once a second",
    undo="stop streaming: it fills its send buffer on otherwise",
    evidence=(
        "frames are laid out as its maker's protocol document says, and went through its maker's decoder;"
        " no real sensor has been seen, nor has a file fetched from its memory"
    ),
)
"""What is known of it. Its clock does not wrap: it counts ns in 64 bits."""

PROTOCOL: Final = 1
CLOCK_ECHOES_AT_START: Final = 8
KEEP_ALIVE_S: Final = 1.0
_NO_WISH: Final = Wish()
_FRESH: Final = frozenset({Header.STOPPED_AND_CLEARED, Header.MODE, Header.STREAMING_STARTED})
_FLAG_CODES: Final = {flag: str(flag.name).lower() for flag in Flag}


class Capture2GoDriver:
    """One Capture2Go IMU.

    Its scales are fixed by the protocol document and are not sent. What counts as its facts is therefore that
    it says to speak protocol 1 (device info) and has accepted a mode (its answer): without both no samples.

    Several of these sensors can keep one clock among themselves: one is made the sender and given the time,
    the others receivers with the same id. That is left out here: each keeps its own clock, which is fitted to
    the host's by the clock echoes. The clock is never set either: that would tear the time of the recording.

    Parameters
    ----------
    wish
        What to set it to; without a wish 200 Hz.
    """

    def __init__(self, wish: Wish = _NO_WISH) -> None:
        self._wish = wish
        self._stream = wire.FrameStream()
        self._segment: int | None = None
        self._stale = True
        self._device: DeviceInfo | None = None
        self._facts: SensorFacts | None = None

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""
        return TRAITS

    @property
    def keep_alive_s(self) -> float:
        """How often its clock is asked for, in s."""
        return KEEP_ALIVE_S

    # --- scripts ----------------------------------------------------------------------------------

    def start(self) -> Script:
        """Stop and clear what it may still be sending, set the mode, compare clocks, and stream.

        Raises
        ------
        SensorError
            If it records to its own memory, speaks another protocol, cannot be set as wished, or refuses.
        """
        mode = choose_mode(self._wish)
        yield Subscribe(wire.NOTIFY, Channel.DATA)
        yield from settle()
        yield from read_device(PROTOCOL)
        yield from ask(Header.SET_MODE, Header.MODE, payloads.encode_mode(mode))
        for _ in range(CLOCK_ECHOES_AT_START):
            if not (yield from echo_once()):
                break
        yield from ask(Header.START_STREAMING, Header.STREAMING_STARTED)

    def keep_alive(self) -> Script:
        """Ask for its clock; the answer is understood when it comes."""
        now_ns = yield Now()
        yield Write(wire.WRITE, wire.encode_frame(Header.CLOCK_ECHO, payloads.encode_echo(now_ns)))

    def stop(self) -> Script:
        """Stop streaming; where the answer is stuck behind unsent samples, clear these.

        Raises
        ------
        SensorError
            If it refuses or stays silent: then it may stream on.
        """
        try:
            yield from stop_streaming()
        except NoAnswerError:
            yield from settle(known_to_stream=True)

    # --- packets ----------------------------------------------------------------------------------

    def feed(self, packet: Packet) -> Sequence[Heard]:
        """Understand one packet; whatever its bytes are, nothing is raised."""
        if packet.channel not in (Channel.DATA, Channel.CONTROL):
            return ()
        if packet.segment != self._segment:
            self._segment, self._stale = packet.segment, True
            self._stream.clear()
        heard: list[Heard] = []
        try:
            realtime, piece = wire.split_notification(packet.payload)
        except CodecError as error:
            heard.append(BadPacket(packet.host_mono_ns, packet.segment, error.message))
            realtime, piece = (), packet.payload[1:]  # what follows may still hold whole frames
        frames, skipped = self._stream.feed(piece)
        if skipped:
            heard.append(self._lost_bytes(packet, skipped))
        for frame in (*realtime, *frames):
            heard += self._hear_frame(packet, frame)
        return heard

    def _lost_bytes(self, packet: Packet, count: int) -> Heard:
        if self._stale:  # a torn frame may precede the answer to clearing its buffer
            return Notice(packet.host_mono_ns, packet.segment, "stale_bytes", count)
        return BadPacket(packet.host_mono_ns, packet.segment, f"{count} bytes belong to no whole frame")

    def _hear_frame(self, packet: Packet, frame: wire.Frame) -> Sequence[Heard]:
        if frame.header in _FRESH:
            self._stale = False
        try:
            if payloads.is_packed(frame.header):
                return self._hear_samples(packet, frame)
            hear = _EARS.get(frame.header)
            return hear(self, packet, frame.payload) if hear else ()
        except CodecError as error:
            return (BadPacket(packet.host_mono_ns, packet.segment, error.message),)

    def _hear_samples(self, packet: Packet, frame: wire.Frame) -> Sequence[Heard]:
        packed = payloads.decode_packed(frame)
        at = (packet.host_mono_ns, packet.segment)
        if self._stale:
            return (Notice(*at, "stale_samples", len(packed.acc)),)
        if self._facts is None:
            raise CodecError("Samples came before device info and mode: their scale is not known.")
        if packed.rate_hz != self._facts.rate_hz:
            raise CodecError(
                f"Samples of {packed.rate_hz:g} Hz came, the mode is {self._facts.rate_hz:g} Hz."
            )
        samples = Samples(*at, acc=packed.acc, gyr=packed.gyr, device_ns=packed.device_ns)
        return (samples, *(Notice(*at, code) for flag, code in _FLAG_CODES.items() if packed.flags & flag))

    def _hear_device(self, _: Packet, payload: bytes) -> Sequence[Heard]:
        self._device = payloads.decode_device_info(payload)
        if self._device.protocol != PROTOCOL:
            self._facts = None
            raise CodecError(f"Protocol {self._device.protocol} is not known; {PROTOCOL} is.")
        return ()

    def _hear_mode(self, packet: Packet, payload: bytes) -> Sequence[Heard]:
        self._facts = None
        mode = payloads.decode_mode(payload)
        if mode.rate_hz is None:
            return (Notice(packet.host_mono_ns, packet.segment, "mode_without_samples"),)
        if self._device is None or self._device.protocol != PROTOCOL:
            raise CodecError("A mode came before device info: the protocol's version is not known.")
        self._facts = SensorFacts(
            rate_hz=mode.rate_hz,
            acc_scale_g=payloads.ACC_SCALE_G,
            gyr_scale_dps=payloads.GYR_SCALE_DPS,
            acc_range_g=payloads.ACC_RANGE_G,
            gyr_range_dps=payloads.GYR_RANGE_DPS,
            acc_clip=payloads.CLIP_COUNT,
            gyr_clip=payloads.CLIP_COUNT,
        )
        return (self._facts,)

    def _hear_status(self, packet: Packet, payload: bytes) -> Sequence[Heard]:
        said = payloads.decode_status(payload)
        return (
            Status(
                packet.host_mono_ns,
                packet.segment,
                device_ns=said.device_ns,
                battery_percent=said.battery_percent,
                charging=said.charging,
            ),
        )

    def _hear_echo(self, packet: Packet, payload: bytes) -> Sequence[Heard]:
        t1_ns, t2_ns, t3_ns = payloads.decode_echo(payload)
        return (ClockEcho(packet.host_mono_ns, packet.segment, t1_ns, t2_ns, t3_ns),)

    def _hear_fault(self, packet: Packet, payload: bytes) -> Sequence[Heard]:
        word, _ = payloads.decode_fault(payload)
        return (Notice(packet.host_mono_ns, packet.segment, f"sensor_{word}"),)


_EARS: Final[dict[int, Callable[[Capture2GoDriver, Packet, bytes], Sequence[Heard]]]] = {
    Header.DEVICE_INFO: Capture2GoDriver._hear_device,
    Header.MODE: Capture2GoDriver._hear_mode,
    Header.STATUS: Capture2GoDriver._hear_status,
    Header.CLOCK_ECHO: Capture2GoDriver._hear_echo,
    Header.FAULT: Capture2GoDriver._hear_fault,
}
