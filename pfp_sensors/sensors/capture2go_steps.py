"""Single exchanges with a Capture2Go IMU, of which its scripts are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import NoAnswerError, SensorError
from pfp_sensors.model.script import Ask, Now
from pfp_sensors.sensors import capture2go as wire
from pfp_sensors.sensors import capture2go_payloads as payloads
from pfp_sensors.sensors.capture2go import Header
from pfp_sensors.sensors.capture2go_payloads import MeasurementMode, State
from pfp_sensors.sensors.codec_error import CodecError

if TYPE_CHECKING:
    from collections.abc import Generator

    from pfp_sensors.model.script import Step
    from pfp_sensors.sensors.driver import Wish

ANSWER_S: Final = 3.0
STATUS_S: Final = 2.0
CLEAR_S: Final = 6.0
ECHO_S: Final = 1.0


class FrameEar:
    """Hears the frames that answer a command, in the values that come on the notify characteristic.

    An answer may be torn over notifications, and stand between others; so every value since the command
    counts, each shown once and in order.

    Parameters
    ----------
    command
        Its header. A fault that names it is an answer too.
    """

    def __init__(self, command: int) -> None:
        self._command = command
        self._stream = wire.FrameStream()
        self._asked = False
        self.fault: str | None = None

    @property
    def heard(self) -> bool:
        """Whether all that answers the command, or a fault instead, has come."""
        return self.fault is not None

    def take(self, frame: wire.Frame) -> None:
        """Take the next frame that is no fault."""

    def __call__(self, value: bytes) -> bool:
        """Take the next value; tell whether the answer has come."""
        self._asked = True
        try:
            realtime, piece = wire.split_notification(value)
        except CodecError:  # the driver reports it; its frames may be whole all the same
            realtime, piece = (), value[1:]
        frames, _ = self._stream.feed(piece)
        for frame in (*realtime, *frames):
            if self.heard:
                break
            if frame.header == Header.FAULT:
                word, command = payloads.decode_fault(frame.payload)
                self.fault = word if command == self._command else None
            else:
                self.take(frame)
        return self.heard

    def once(self, value: bytes) -> None:
        """Take the value that was sent back as the answer, where no value has been shown before."""
        if not self._asked:
            self(value)


class AnswerEar(FrameEar):
    """Hears the one frame that answers a command."""

    def __init__(self, command: int, answer: int) -> None:
        super().__init__(command)
        self._answer = answer
        self.payload: bytes | None = None

    @property
    def heard(self) -> bool:
        """Whether the answer, or a fault instead, has come."""
        return self.payload is not None or self.fault is not None

    def take(self, frame: wire.Frame) -> None:
        """Take the next frame."""
        if frame.header == self._answer:
            self.payload = frame.payload


def ask(
    command: Header,
    answer: Header,
    payload: bytes = b"",
    *,
    timeout_s: float = ANSWER_S,
    may_be_idle: bool = False,
) -> Generator[Step, Any, bytes]:
    """Send a command and return what its answer carries; nothing where "wrong state" is fine as an answer.

    Raises
    ------
    SensorError
        If the sensor answers with a fault.
    """
    ear = AnswerEar(command, answer)
    value = yield Ask(wire.WRITE, wire.encode_frame(command, payload), wire.NOTIFY, ear, timeout_s)
    ear.once(value)
    if ear.payload is None and ear.fault == "wrong_state" and may_be_idle:
        return b""
    if ear.payload is None:
        raise SensorError(
            f"The Capture2Go sensor refused command {command:04X}: {ear.fault or 'another answer came'}.",
            "Switch it off and on, and try again.",
        )
    return ear.payload


def choose_mode(wish: Wish) -> MeasurementMode:
    """Return the mode for a wish.

    Raises
    ------
    SensorError
        If the sensor has no such rate or range.
    """
    rate_hz = 200.0 if wish.rate_hz is None else wish.rate_hz
    if rate_hz not in payloads.RATES_HZ:
        raise SensorError(
            f"Capture2Go has no rate of {rate_hz:g} Hz.", "Ask for 200, 100, 50 or 25 Hz, or for none."
        )
    for asked, fixed, unit in (
        (wish.acc_range_g, payloads.ACC_RANGE_G, "g"),
        (wish.gyr_range_dps, payloads.GYR_RANGE_DPS, "deg/s"),
    ):
        if asked not in (None, fixed):
            raise SensorError(
                f"Capture2Go measures up to {fixed:g} {unit}, which cannot be set to {asked:g} {unit}.",
                f"Ask for {fixed:g} {unit}, or for none.",
            )
    return MeasurementMode(rate_hz)


def settle(known_to_stream: bool = False) -> Generator[Step, Any, None]:
    """Bring the sensor to rest: where it streams, or does not say what it does, stop it and clear its buffer.

    Raises
    ------
    SensorError
        If it records to its own memory, or does not come to rest.
    """
    state = State.STREAMING if known_to_stream else (yield from _ask_state())
    if state == State.RECORDING:
        raise SensorError(
            "The Capture2Go sensor is recording to its own memory.",
            "Stop that with the app that started it, then try again: nothing here will break it off.",
        )
    if state in (State.STREAMING, None):
        try:
            yield from _end(Header.STOP_AND_CLEAR, Header.STOPPED_AND_CLEARED)
        except NoAnswerError:  # on a weak link the command or its answer may be lost: once more
            yield from _end(Header.STOP_AND_CLEAR, Header.STOPPED_AND_CLEARED)


def _ask_state() -> Generator[Step, Any, int | None]:
    try:
        payload = yield from ask(Header.GET_STATUS, Header.STATUS, timeout_s=STATUS_S)
    except NoAnswerError:  # the answer waits behind what it has not sent yet, so it streams
        return None
    return payloads.decode_status(payload).state


def read_device(protocol: int) -> Generator[Step, Any, payloads.DeviceInfo]:
    """Read and return who the sensor is.

    Raises
    ------
    SensorError
        If it speaks another version of the protocol.
    """
    info = payloads.decode_device_info((yield from ask(Header.GET_DEVICE_INFO, Header.DEVICE_INFO)))
    if info.protocol != protocol:
        raise SensorError(
            f"The sensor speaks version {info.protocol} of the Capture2Go protocol; {protocol} was expected.",
            "Update this program, or the sensor's firmware.",
        )
    return info


def echo_once() -> Generator[Step, Any, bool]:
    """Compare clocks once; tell whether an answer came. What it says is understood when its packet is fed."""
    now_ns = yield Now()
    try:
        yield from ask(Header.CLOCK_ECHO, Header.CLOCK_ECHO, payloads.encode_echo(now_ns), timeout_s=ECHO_S)
    except NoAnswerError:
        return False
    return True


def stop_streaming() -> Generator[Step, Any, None]:
    """Stop streaming, once all that is in the send buffer has come. Already stopped is fine.

    Raises
    ------
    SensorError
        If the sensor stays silent or refuses.
    """
    yield from _end(Header.STOP_STREAMING, Header.STREAMING_STOPPED)


def _end(command: Header, answer: Header) -> Generator[Step, Any, None]:
    yield from ask(command, answer, timeout_s=CLEAR_S, may_be_idle=True)
