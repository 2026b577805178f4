"""The open profile as a sensor of a recording: how it is started, resumed, stopped and understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
from pfp_sensors.model.script import Step, Subscribe
from pfp_sensors.sensors import open_profile as profile
from pfp_sensors.sensors import open_profile_commands as commands
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.open_profile_commands import Op, Result
from pfp_sensors.sensors.open_profile_info import decode_info
from pfp_sensors.sensors.open_profile_steps import (
    as_wished,
    ask_status,
    ask_stop,
    ask_time,
    configure,
    read_info,
    refused,
)
from pfp_sensors.sensors.standard_services import BATTERY_LEVEL, hear_standard
from pfp_sensors.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Script
    from pfp_sensors.sensors.open_profile_info import Info

TRAITS: Final = SensorTraits(
    kind="open_profile",
    title="Open profile (own firmware)",
    service_uuids=(profile.SERVICE,),
    name_prefixes=("SHANK",),
    rates_hz=(200.0, 208.0, 416.0),
    acc_ranges_g=(32.0, 16.0),
    gyr_ranges_dps=(2000.0,),
    clock="device",
    clock_wrap_ns=profile.CLOCK_WRAP_US * 1000,
    clock_step_ns=1000,
    seq_wrap=profile.SEQ_WRAP,
    index_wrap=profile.INDEX_WRAP,
    loss="counted",
    clips="counted by the sensor, and seen here as samples at the clip count that it names",
    battery="standard battery service, and percent and voltage in its status packets",
    undo="STOP: it samples on into its ring for up to 10 min otherwise",
    evidence=(
        "both ends of the protocol have talked through a simulated Bluetooth link;"
        " no firmware on a real part has been seen"
    ),
)
"""What is known of every sensor with the open profile; rates and ranges are those of the part used."""

CLOCK_ECHOES_AT_START: Final = 8
KEEP_ALIVE_S: Final = 1.0
_NO_WISH: Final = Wish()
_HALF_INDEX: Final = profile.INDEX_WRAP // 2


class OpenProfileDriver:
    """One sensor that speaks the open profile.

    Parameters
    ----------
    wish
        What to set it to. Without a wish it is taken as it is.
    """

    def __init__(self, wish: Wish = _NO_WISH) -> None:
        self._wish = wish
        self._info: Info | None = None
        self._boot_id: int | None = None
        self._next_index: int | None = None
        self._battery_was_low = False

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""
        return TRAITS

    @property
    def keep_alive_s(self) -> float:
        """How often the clock is asked for, in s."""
        return KEEP_ALIVE_S

    # --- scripts ----------------------------------------------------------------------------------

    def start(self) -> Script:
        """Set up and stream; after a lost connection from the first sample that was not heard.

        Raises
        ------
        SensorError
            If the sensor speaks another version, cannot be set as wished, or refuses to start.
        """
        info = yield from read_info()
        yield Subscribe(profile.CTRL, Channel.CONTROL)
        yield Subscribe(profile.DATA, Channel.DATA)
        yield Subscribe(BATTERY_LEVEL, Channel.BATTERY, optional=True)
        if not as_wished(info, self._wish):
            info = yield from configure(info, self._wish)
        for _ in range(CLOCK_ECHOES_AT_START):
            if not (yield from ask_time()):
                break
        yield from self._start_or_resume(info)

    def keep_alive(self) -> Script:
        """Ask for the device clock."""
        yield from ask_time()

    def stop(self) -> Script:
        """Stop sampling; asked twice where the first answer stays away.

        Raises
        ------
        SensorError
            If the sensor refuses or stays silent: then it may sample on, and stopping was not clean.
        """
        try:
            status = yield from ask_stop()
        except NoAnswerError:  # the answer or the command may be lost on a weak link: once more
            status = yield from ask_stop()
        if status not in (Result.OK, Result.WRONG_STATE):  # in the wrong state for STOP: already stopped
            raise refused("to stop", status)

    def _start_or_resume(self, info: Info) -> Generator[Step, Any, None]:
        command: commands.Command = commands.Start()
        if info.has_ring and self._next_index is not None and self._boot_id == info.boot_id:
            command = commands.Resume(info.boot_id, self._next_index)
        status = yield from ask_status(command, Op.START)
        if status == Result.BOOT_DIFFERS and isinstance(command, commands.Resume):
            yield from read_info()  # it rebooted since INFO was read: what it says now counts
            status = yield from ask_status(commands.Start(), Op.START)
        if status != Result.OK:
            raise refused("to start", status)

    # --- packets ----------------------------------------------------------------------------------

    def feed(self, packet: Packet) -> Sequence[Heard]:
        """Understand one packet; whatever its bytes are, nothing is raised."""
        try:
            match packet.channel:
                case Channel.DATA:
                    return self._hear_data(packet)
                case Channel.CONTROL:
                    return self._hear_answer(packet)
                case Channel.INFO:
                    return self._hear_info(packet)
                case _:
                    return hear_standard(packet)
        except CodecError as error:
            return (BadPacket(packet.host_mono_ns, packet.segment, error.message),)

    def _hear_info(self, packet: Packet) -> Sequence[Heard]:
        self._info = None  # where the new value cannot be read, the old scales no longer count
        self._info = info = decode_info(packet.payload)
        self._learn_boot(info.boot_id)
        return (_facts(info),)

    def _hear_data(self, packet: Packet) -> Sequence[Heard]:
        heard = profile.decode_notification(packet.payload)
        if isinstance(heard, profile.UnknownPacket):
            return (Notice(packet.host_mono_ns, packet.segment, "unknown_packet"),)
        if isinstance(heard, profile.StatusPacket):
            return self._hear_status(packet, heard)
        if self._info is None:
            raise CodecError("Samples came before INFO was read: their scale is not known.")
        self._learn_next(heard.index + len(heard.counts))
        return (
            Samples(
                packet.host_mono_ns,
                packet.segment,
                acc=heard.counts[:, :3],
                gyr=heard.counts[:, 3:] if self._info.has_gyr else None,
                seq=heard.seq,
                index=heard.index,
                device_ns=heard.t_us * 1000,
                boot_id=self._boot_id,
            ),
        )

    def _hear_status(self, packet: Packet, said: profile.StatusPacket) -> Sequence[Heard]:
        self._learn_boot(said.boot_id)
        centi_c = said.temperature_centi_c
        status = Status(
            packet.host_mono_ns,
            packet.segment,
            seq=said.seq,
            boot_id=said.boot_id,
            device_ns=said.t_us * 1000,
            battery_percent=said.battery_percent,
            battery_mv=said.battery_mv,
            charging=said.charging,
            temperature_c=None if centi_c is None else centi_c / 100,
            fifo_overflows=said.fifo_overflows,
            ring_dropped=said.ring_dropped,
            acc_clipped=said.acc_clipped,
            gyr_clipped=said.gyr_clipped,
            self_test_failed=said.self_test_failed,
        )
        now_low = said.battery_low and not self._battery_was_low
        self._battery_was_low = said.battery_low
        return (status, Notice(packet.host_mono_ns, packet.segment, "battery_low")) if now_low else (status,)

    def _hear_answer(self, packet: Packet) -> Sequence[Heard]:
        answer = commands.decode_answer(packet.payload)
        if isinstance(answer, commands.StartAnswer) and answer.boot_id is not None:
            self._learn_boot(answer.boot_id)
        if not isinstance(answer, commands.TimeAnswer):
            return ()
        t1_ns, t2_ns, t3_ns = answer.t1_ns, answer.t2_ns, answer.t3_ns
        if t1_ns is None or t2_ns is None or t3_ns is None:
            return (Notice(packet.host_mono_ns, packet.segment, "time_refused"),)
        if t1_ns > packet.host_mono_ns:
            raise CodecError("The answer to TIME names a host clock later than its own arrival.")
        return (ClockEcho(packet.host_mono_ns, packet.segment, t1_ns, t2_ns, t3_ns, self._boot_id),)

    def _learn_boot(self, boot_id: int) -> None:
        if boot_id != self._boot_id:
            self._boot_id, self._next_index = boot_id, None

    def _learn_next(self, index: int) -> None:
        """Keep the highest index wanted next, on a counter that wraps."""
        ahead = (index - (self._next_index or 0)) % profile.INDEX_WRAP
        if self._next_index is None or ahead < _HALF_INDEX:
            self._next_index = index % profile.INDEX_WRAP


def _facts(info: Info) -> SensorFacts:
    with_gyr = info.has_gyr
    return SensorFacts(
        rate_hz=info.rate_hz,
        acc_scale_g=info.acc_scale_mps2 / STANDARD_GRAVITY_MPS2,
        gyr_scale_dps=info.gyr_scale_dps if with_gyr else None,
        acc_range_g=float(info.acc_range_g),
        gyr_range_dps=float(info.gyr_range_dps) if with_gyr else None,
        acc_clip=float(info.acc_clip) if info.acc_clip > 0 else None,
        gyr_clip=float(info.gyr_clip) if with_gyr and info.gyr_clip > 0 else None,
        boot_id=info.boot_id,
        ring_samples=info.ring_samples if info.has_ring else 0,
    )
