"""MbientLab MetaMotion S and RL: two streams without time, paired by running count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import SensorError
from pfp_sensors.model.heard import BadPacket, Notice, Samples, SensorFacts, SensorTraits, Status
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Subscribe, Write
from pfp_sensors.sensors import metamotion as mm
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.standard_services import hear_standard
from pfp_sensors.sensors.two_streams import CountJoin
from pfp_sensors.sensors.wished import choose

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Script

SERVICE: Final = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND: Final = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY: Final = "326a9006-85cb-9195-d9dd-464cfbbae75a"

TRAITS: Final = SensorTraits(
    kind="metamotion",
    title="MbientLab MetaMotion S / RL",
    service_uuids=(SERVICE,),
    name_prefixes=("MetaWear",),
    rates_hz=(200.0, 100.0),
    acc_ranges_g=(mm.ACC_RANGE_G,),
    gyr_ranges_dps=(mm.GYR_RANGE_DPS,),
    clock="host",
    clock_wrap_ns=None,
    clock_step_ns=0,
    seq_wrap=None,
    index_wrap=None,
    loss="not_detectable",
    clips="samples at the last 16-bit code",
    battery="asked from the sensor once a minute",
    undo="sampling and sending are switched off: the sensor samples on otherwise",
    evidence="layout and commands from the maker's description; no sensor has been met. Rate and ranges are"
    " read back from its registers, and the size of a count follows from the ranges. No left/right timing."
    " The maker speaks of about 100 Hz in all on older boards: choose 100 Hz where fewer arrive.",
)
"""What is known of both boards; which motion sensor they carry is asked at connecting."""


class MetaMotionDriver:
    """One MetaMotion of one recording.

    Samples come out once both modules have said what they are and how they are set. Samples whose partner in
    the other stream is missing are counted in notices ``lone_acc`` and ``lone_gyr``; see `CountJoin` for what
    cannot be told without times.
    """

    def __init__(self, wish: Wish = Wish()) -> None:  # noqa: B008 - frozen
        self._wish = wish
        self._segment = -1
        self._forget()

    def _forget(self) -> None:
        self._implementations: dict[int, int | None] = {}
        self._configs: dict[int, bytes] = {}
        self._facts: SensorFacts | None = None
        self._join = CountJoin()

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
        """Forget routes left behind, find out the part, set it, read it back, start both streams.

        Raises
        ------
        SensorError
            If the board has other sensors, cannot do what is wished, or reads back something else.
        """
        rate_hz = choose("rate", "Hz", self._wish.rate_hz, TRAITS.rates_hz[:1], TRAITS.rates_hz)
        choose("acceleration range", "g", self._wish.acc_range_g, TRAITS.acc_ranges_g, TRAITS.acc_ranges_g)
        choose(
            "turning range", "deg/s", self._wish.gyr_range_dps, TRAITS.gyr_ranges_dps, TRAITS.gyr_ranges_dps
        )
        yield Subscribe(NOTIFY, Channel.DATA)
        yield from _give((*mm.POWER_OFF, *mm.FORGET_ROUTES, mm.CONNECTION))
        part = yield from _ask_part()
        for module in (mm.ACC, mm.GYRO):
            yield from _configure(part, module, rate_hz)
        yield from self.keep_alive()
        yield from _give((*mm.subscribe(part, on=True), *mm.POWER_ON))

    def keep_alive(self) -> Script:
        """Ask for the battery; the answer is heard as a packet."""
        yield from _give((mm.READ_BATTERY,))

    def stop(self) -> Script:
        """Switch both sensors and the sending of their samples off; there are no answers to wait for."""
        yield from _give(mm.POWER_OFF)
        part = self._part()
        if part is not None:
            yield from _give(mm.subscribe(part, on=False))

    # --- packets ----------------------------------------------------------------------------------

    def feed(self, packet: Packet) -> Sequence[Heard]:
        """Understand one packet; nothing is raised."""
        if packet.segment != self._segment:
            self._segment = packet.segment
            self._forget()
        if packet.channel not in (Channel.DATA, Channel.CONTROL):
            return () if packet.channel == Channel.SENT else hear_standard(packet)
        try:
            return self._hear(packet, mm.decode(packet.payload))
        except CodecError as error:
            return (BadPacket(packet.host_mono_ns, packet.segment, error.message),)

    def _hear(self, packet: Packet, message: mm.Message) -> Sequence[Heard]:
        match message:
            case mm.Packed():
                return self._hear_samples(packet, message)
            case mm.Battery(percent, mv):
                at, segment = packet.host_mono_ns, packet.segment
                return (Status(at, segment, battery_percent=percent, battery_mv=mv),)
            case mm.Module(module, implementation):
                self._implementations[module] = implementation
            case mm.Config(module, value):
                self._configs[module] = value
        return self._learn_facts()

    def _hear_samples(self, packet: Packet, packed: mm.Packed) -> Sequence[Heard]:
        part = self._part()
        if part is None or self._facts is None:
            raise CodecError("MetaMotion samples before the sensor has said how it is set.")
        if packed.register != (part.acc_packed if packed.side == "acc" else part.gyr_packed):
            raise CodecError(f"MetaMotion samples of register {packed.register:#04x}, not of {part.name}.")
        at, segment = packet.host_mono_ns, packet.segment
        joined = self._join.add(packed.side, packed.counts)
        lone = (("lone_acc", joined.lone_acc), ("lone_gyr", joined.lone_gyr))
        return (
            *(Notice(at, segment, code, count) for code, count in lone if count),
            *(Samples(at, segment, piece.acc, piece.gyr) for piece in joined.pieces),
        )

    def _part(self) -> mm.Part | None:
        acc, gyr = (self._implementations.get(module) for module in (mm.ACC, mm.GYRO))
        return None if acc is None or gyr is None else mm.PARTS.get((acc, gyr))

    def _learn_facts(self) -> Sequence[Heard]:
        """Return the facts once they are complete; a part or a setting that is not known takes them back."""
        before, self._facts = self._facts, None
        part = self._part()
        if part is None or len(self._configs) < 2:
            return ()
        acc_hz, gyr_hz = (part.rate_hz(module, self._configs[module]) for module in (mm.ACC, mm.GYRO))
        if acc_hz is None or acc_hz != gyr_hz:
            return ()
        self._facts = SensorFacts(
            rate_hz=acc_hz,
            acc_scale_g=1.0 / mm.COUNTS_PER_G,
            gyr_scale_dps=1.0 / mm.COUNTS_PER_DPS,
            acc_range_g=mm.ACC_RANGE_G,
            gyr_range_dps=mm.GYR_RANGE_DPS,
            acc_clip=mm.LAST_CODE,
            gyr_clip=mm.LAST_CODE,
        )
        return () if self._facts == before else (self._facts,)


def _give(commands: Iterable[bytes]) -> Script:
    for command in commands:
        yield Write(COMMAND, command, response=False)


def _ask(command: bytes) -> Generator[Any, Any, bytes]:
    answer: bytes = yield Ask(
        COMMAND, command, NOTIFY, lambda payload: payload[:2] == command, response=False
    )
    return answer


def _ask_part() -> Generator[Any, Any, mm.Part]:
    found: list[int | None] = []
    for module in (mm.ACC, mm.GYRO):
        try:
            message = mm.decode((yield from _ask(mm.read_module(module))))
        except CodecError as error:
            raise SensorError(
                f"The board does not say what it is. {error.message}", "Update it with the maker's app."
            ) from error
        found.append(message.implementation if isinstance(message, mm.Module) else None)
    part = mm.PARTS.get((found[0], found[1])) if None not in found else None  # type: ignore[arg-type]
    if part is None:
        raise SensorError(
            f"The board has motion sensors of implementation {found[0]} and {found[1]};"
            " BMI160 (1 and 0) or BMI270 (4 and 1) expected.",
            "Use a MetaMotion S or RL.",
        )
    return part


def _configure(part: mm.Part, module: int, rate_hz: float) -> Script:
    wanted = part.config(module, rate_hz)
    yield from _give((mm.set_config(module, wanted),))
    answer = yield from _ask(mm.read_config(module))
    if answer[2:] != wanted:
        raise SensorError(
            f"The sensor was set to {wanted.hex(' ')} for {mm.MODULE_NAMES[module]}"
            f" but reads back {answer[2:].hex(' ')}.",
            "Switch it off and on, then try again.",
        )
