"""What a host says to a sensor with the open profile, one exchange at a time; scripts are made of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.errors import SensorError
from pfp_sensors.model.packets import Channel
from pfp_sensors.model.script import Ask, Now, Read, Step
from pfp_sensors.sensors import open_profile as profile
from pfp_sensors.sensors import open_profile_commands as commands
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.open_profile_commands import Op, Result
from pfp_sensors.sensors.open_profile_info import Info, decode_info

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pfp_sensors.sensors.driver import Wish

_RATE_TOLERANCE_HZ: Final = 0.5


def read_info() -> Generator[Step, Any, Info]:
    """Read how the sensor is set; `SensorError` where that cannot be used."""
    payload: bytes = yield Read(profile.INFO, Channel.INFO)
    try:
        return decode_info(payload)
    except CodecError as error:
        raise SensorError(
            f"The sensor's INFO cannot be used. {error.message}",
            "Correct its firmware by docs/open-profile.md, or use a version of this program that fits it.",
        ) from error


def configure(info: Info, wish: Wish) -> Generator[Step, Any, Info]:
    """Ask for what is wished, then read back what has come of it."""
    if not info.takes_config:
        raise SensorError(
            f"The sensor is set to {_setting(info)} and cannot be set to anything else from here.",
            "Leave out the options for rate and range to record as it is set.",
        )
    config = commands.Config(
        round(wish.rate_hz or info.rate_hz),
        round(wish.acc_range_g or info.acc_range_g),
        round(wish.gyr_range_dps or info.gyr_range_dps),
        info.samples_per_packet,
    )
    status = yield from ask_status(config, Op.CONFIG)
    if status == Result.WRONG_STATE:  # it still samples for somebody who went away
        yield from ask_stop()
        status = yield from ask_status(config, Op.CONFIG)
    if status != Result.OK:
        raise refused("the wished rate and ranges", status)
    info = yield from read_info()
    if not as_wished(info, wish):
        raise SensorError(
            f"The sensor took the wished settings, but says it is set to {_setting(info)}.",
            "Leave out the options for rate and range, and correct its firmware.",
        )
    return info


def ask_stop() -> Generator[Step, Any, int]:
    """Ask the sensor to stop; return the status of its answer."""
    return (yield from ask_status(commands.Stop(), Op.STOP))


def ask_status(command: commands.Command, op: Op) -> Generator[Step, Any, int]:
    """Give a command; return the status of its answer, `SensorError` where the answer means nothing."""
    answer = yield _ask(command, lambda payload: commands.answers(payload, op))
    try:
        return commands.decode_answer(answer).status
    except CodecError as error:
        raise SensorError(
            f"The sensor answered {op.name} with bytes that mean nothing: {answer.hex()}. {error.message}",
            "Correct its firmware by docs/open-profile.md.",
        ) from error


def ask_time() -> Generator[Step, Any, bool]:
    """Exchange clocks once; return whether an answer came.

    A missing or refused answer is no failure: samples go on, and the clock fit merely has one bound fewer.
    """
    t1_ns: int = yield Now()
    try:
        yield _ask(commands.Time(t1_ns), lambda payload: commands.answers_time(payload, t1_ns))
    except SensorError:
        return False
    return True


def _ask(command: commands.Command, accept: Callable[[bytes], bool]) -> Ask:
    return Ask(profile.CTRL, commands.encode_command(command), answer_on=profile.CTRL, accept=accept)


def as_wished(info: Info, wish: Wish) -> bool:
    """Tell whether a sensor is set as wished already."""
    return (
        (wish.rate_hz is None or abs(wish.rate_hz - info.rate_hz) <= _RATE_TOLERANCE_HZ)
        and wish.acc_range_g in (None, info.acc_range_g)
        and wish.gyr_range_dps in (None, info.gyr_range_dps)
    )


def _setting(info: Info) -> str:
    return f"{info.rate_hz:g} Hz, {info.acc_range_g} g and {info.gyr_range_dps} deg/s"


def refused(what: str, status: int) -> SensorError:
    """Return the error for a status other than 0, in words."""
    meaning, what_to_do = commands.in_words(status)
    return SensorError(f"The sensor refused {what}: {meaning}.", what_to_do)
