"""Single exchanges with a Movesense sensor, of which its scripts are made."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import SensorError
from pfp_sensors.model.script import Ask, Write
from pfp_sensors.sensors import movesense as gsp
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.movesense import Command

if TYPE_CHECKING:
    from collections.abc import Generator

    from pfp_sensors.model.script import Step
    from pfp_sensors.sensors.driver import Wish

ANSWER_S: Final = 5.0
RATES_HZ: Final = (13.0, 26.0, 52.0, 104.0, 208.0, 416.0, 833.0, 1666.0)


class Ref(IntEnum):
    """References of commands; the answers carry them."""

    HELLO = 0x50
    ACC_CONFIG = 0x51
    GYR_CONFIG = 0x52
    BATTERY = 0x53
    LOG_ENTRIES = 0x54
    LOG = 0x55
    IMU6 = 0x5F
    """Of the lowest rate; the next seven are those of the others, so that every packet tells its rate."""


RATE_OF_REF: Final = {Ref.IMU6 + i: rate_hz for i, rate_hz in enumerate(RATES_HZ)}


def choose_rate(wish: Wish) -> float:
    """Return the rate for a wish.

    Raises
    ------
    SensorError
        If the sensor has no such rate.
    """
    rate_hz = 208.0 if wish.rate_hz is None else wish.rate_hz
    if rate_hz not in RATES_HZ:
        raise SensorError(
            f"Movesense has no rate of {rate_hz:g} Hz.", "Ask for 104, 208 or 416 Hz, or for none."
        )
    return rate_hz


def ask(command: Command, ref: int, data: bytes = b"") -> Generator[Step, Any, gsp.Response]:
    """Send a command and return the answer to it."""

    def answers(value: bytes) -> bool:
        try:
            heard = gsp.decode_notification(value)
        except CodecError:  # the driver reports it
            return False
        return isinstance(heard, gsp.Response) and heard.ref == ref

    value = yield Ask(gsp.WRITE, gsp.encode_command(command, ref, data), gsp.NOTIFY, answers, ANSWER_S)
    heard = gsp.decode_notification(value)
    if not isinstance(heard, gsp.Response):
        raise SensorError("Movesense sent samples where an answer was expected.", "Try again.")
    return heard


def say_hello() -> Generator[Step, Any, gsp.Hello]:
    """Ask which app runs on the sensor.

    Raises
    ------
    SensorError
        If it is not the one with the GATT sensor data protocol.
    """
    answer = yield from ask(Command.HELLO, Ref.HELLO)
    try:
        hello = gsp.decode_hello(answer.body)
        if "offline" in hello.app.lower():
            raise CodecError(f"it is {hello.app!r}.")
        return hello
    except CodecError as error:
        raise SensorError(
            f"Another app than the GATT sensor data app runs on this Movesense sensor: {error.message}",
            "An older sample app uses the same commands for other things, so nothing more was sent to it."
            " Install Movesense's default firmware with its own app, then try again.",
        ) from error


def read_ranges(wish: Wish) -> Generator[Step, Any, tuple[float, float]]:
    """Read and return both ranges, in g and deg/s.

    Raises
    ------
    SensorError
        If the sensor does not tell them, or they are not as wished: this protocol cannot set them.
    """
    asked = (
        (Ref.ACC_CONFIG, gsp.ACC_CONFIG, gsp.ACC_RANGES_G, wish.acc_range_g, "g"),
        (Ref.GYR_CONFIG, gsp.GYR_CONFIG, gsp.GYR_RANGES_DPS, wish.gyr_range_dps, "deg/s"),
    )
    ranges = []
    for ref, path, known, wished, unit in asked:
        answer = yield from get(ref, path)
        try:
            found = gsp.decode_range(answer.data, known)
        except CodecError as error:
            raise SensorError(f"Movesense did not tell its range ({path}): {error.message}") from error
        if wished not in (None, found):
            raise SensorError(
                f"Movesense is set to {found:g} {unit}; {wished:g} {unit} was asked for.",
                "Its range cannot be set from here: set it with Movesense's own app, or ask for no range.",
            )
        ranges.append(found)
    return ranges[0], ranges[1]


def get(ref: int, path: str) -> Generator[Step, Any, gsp.Response]:
    """Read a resource.

    Raises
    ------
    SensorError
        If the sensor refuses.
    """
    answer = yield from ask(Command.GET, ref, gsp.encode_path(path))
    _check(answer, f"to tell {path}")
    return answer


def subscribe(rate_hz: float) -> Generator[Step, Any, None]:
    """Have accelerometer and gyroscope sent.

    Raises
    ------
    SensorError
        If the sensor refuses.
    """
    ref, path = ref_of_rate(rate_hz), gsp.encode_path(gsp.imu6_path(rate_hz))
    answer = yield from ask(Command.SUBSCRIBE, ref, path)
    if answer.status == gsp.NO_SLOT:  # an earlier subscription on this connection still holds its place
        yield Write(gsp.WRITE, gsp.encode_command(Command.UNSUBSCRIBE, ref))
        answer = yield from ask(Command.SUBSCRIBE, ref, path)
    _check(answer, f"to send samples at {rate_hz:g} Hz")


def unsubscribe(rate_hz: float) -> Generator[Step, Any, None]:
    """Have them sent no more; whatever the sensor answers, it has heard."""
    yield from ask(Command.UNSUBSCRIBE, ref_of_rate(rate_hz))


def ref_of_rate(rate_hz: float) -> int:
    """Return the reference of the samples at a rate."""
    return Ref.IMU6 + RATES_HZ.index(rate_hz)


def _check(answer: gsp.Response, what: str) -> None:
    status = answer.status
    if status >= 300:
        raise SensorError(
            f"Movesense refused {what} (status {status}).",
            "It has been asked too much: take it off its strap until it sleeps, then try again."
            if status == 429
            else "Restart it: take it off its strap until it sleeps, then try again.",
        )
