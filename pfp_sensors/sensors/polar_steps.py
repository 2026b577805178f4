"""What the host says to a Polar Verity Sense to start and stop it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import SensorError
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Read, Subscribe
from pfp_sensors.sensors import polar
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.standard_services import BATTERY_LEVEL
from pfp_sensors.sensors.wished import choose

if TYPE_CHECKING:
    from collections.abc import Generator

    from pfp_sensors.model.heard import SensorTraits
    from pfp_sensors.model.script import Script
    from pfp_sensors.sensors.driver import Wish

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

_ADVICE: Final = {
    3: "SDK mode needs a Verity Sense with firmware 1.1.5 or newer: update it with the maker's app.",
    10: "Use a Bluetooth adapter that can agree on longer packets.",
    13: "Take it out of the charger and switch it on.",
}
_RESOLUTION_BITS = 16
_AXES = 3


def start(wish: Wish, traits: SensorTraits) -> Script:
    """Stop what may still run, enter SDK mode, ask what is offered, start both streams.

    Raises
    ------
    SensorError
        If the sensor refuses a step, does not offer what is wished, or names no factor.
    """
    yield Subscribe(CONTROL, Channel.CONTROL)
    yield Subscribe(DATA, Channel.DATA)
    yield Read(BATTERY_LEVEL, Channel.BATTERY, optional=True)
    for kind in (polar.ACC, polar.GYRO):  # refused where nothing runs, and that is as good
        yield from _ask(polar.stop_command(kind))
    _check("to enter SDK mode", (yield from _ask(polar.SDK_MODE_ON)), polar.ALREADY)
    acc = yield from _settings(
        polar.ACC, wish.rate_hz, traits.rates_hz, wish.acc_range_g, traits.acc_ranges_g
    )
    gyr = yield from _settings(
        polar.GYRO, wish.rate_hz, (float(acc[polar.RATE]),), wish.gyr_range_dps, traits.gyr_ranges_dps
    )
    for kind, chosen in ((polar.ACC, acc), (polar.GYRO, gyr)):
        name = polar.KIND_NAMES[kind]
        answer = yield from _ask(polar.start_command(kind, chosen))
        _check(f"to start {name}", answer)
        if not 0.0 < _decoded(answer).get(polar.FACTOR, (math.nan,))[0] < math.inf:
            raise SensorError(
                f"The sensor started {name} but named no factor, so its numbers have no known size.",
                "Update the sensor with the maker's app, and report its firmware version.",
            )


def keep_alive() -> Script:
    """Read the battery."""
    yield Read(BATTERY_LEVEL, Channel.BATTERY, optional=True)


def stop() -> Script:
    """Stop both streams and leave SDK mode; all three are tried.

    Raises
    ------
    SensorError
        If a step was refused or stayed without answer: then the sensor may measure on.
    """
    failed: SensorError | None = None
    for kind in (polar.ACC, polar.GYRO, polar.SDK_MODE):
        try:
            yield from _ask(polar.stop_command(kind))
        except SensorError as error:
            failed = error
    if failed is not None:
        raise failed


def _ask(command: bytes) -> Generator[Any, Any, polar.Answer]:
    """Give a command; return its answer with the parameters of all messages that belong to it."""
    parts: list[bytes] = []

    def is_last(payload: bytes) -> bool:
        if payload[:3] != bytes((0xF0, *command[:2])) or len(payload) < 4:
            return False
        answer = polar.decode_answer(payload)
        if answer.more and not answer.error:
            parts.append(answer.parameters)
            return False
        return True

    payload = yield Ask(CONTROL, command, CONTROL, is_last)
    answer = polar.decode_answer(payload)
    parameters = b"".join(parts) + answer.parameters
    return polar.Answer(answer.op, answer.kind, answer.error, False, parameters)


def _check(what: str, answer: polar.Answer, *also_well: int) -> None:
    if answer.error in (0, *also_well):
        return
    words = polar.ERRORS.get(answer.error, f"error {answer.error}, which is not known")
    advice = _ADVICE.get(answer.error, "Switch the sensor off and on, then try again.")
    raise SensorError(f"The sensor refused {what}: {words}.", advice)


def _decoded(answer: polar.Answer) -> dict[int, tuple[float, ...]]:
    try:
        return polar.decode_settings(answer.parameters)
    except CodecError as error:
        raise SensorError(
            f"The sensor's settings cannot be read. {error.message}",
            "Update the sensor with the maker's app, and report its firmware version.",
        ) from error


def _settings(
    kind: int,
    rate: float | None,
    rates: tuple[float, ...],
    wished_range: float | None,
    ranges: tuple[float, ...],
) -> Generator[Any, Any, dict[int, int]]:
    """Ask what is offered; return one value for each setting."""
    answer = yield from _ask(polar.settings_command(kind))
    name = polar.KIND_NAMES[kind]
    _check(f"to name its settings for {name}", answer)
    offered = _decoded(answer)
    unit = "g" if kind == polar.ACC else "deg/s"
    bits = choose(
        f"{name} resolution", "bit", None, (float(_RESOLUTION_BITS),), offered.get(polar.RESOLUTION, ())
    )
    chosen = {
        polar.RATE: round(choose(f"{name} rate", "Hz", rate, rates, offered.get(polar.RATE, ()))),
        polar.RESOLUTION: round(bits),
        polar.RANGE: round(choose(f"{name} range", unit, wished_range, ranges, offered.get(polar.RANGE, ()))),
    }
    if polar.CHANNELS in offered:
        chosen[polar.CHANNELS] = _AXES
    return chosen
