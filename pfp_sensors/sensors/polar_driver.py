"""Polar Verity Sense in SDK mode: acceleration and turning rate with the sensor's own time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from pfp_sensors.model.heard import BadPacket, Notice, Samples, SensorFacts, SensorTraits
from pfp_sensors.model.packets import Channel
from pfp_sensors.sensors import polar
from pfp_sensors.sensors.codec_error import CodecError
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.polar_steps import keep_alive, start, stop
from pfp_sensors.sensors.standard_services import hear_standard
from pfp_sensors.sensors.two_streams import Joined, TimedJoin

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from pfp_sensors.model.heard import Heard
    from pfp_sensors.model.packets import Packet
    from pfp_sensors.model.script import Script

TRAITS: Final = SensorTraits(
    kind="polar",
    title="Polar Verity Sense",
    service_uuids=(),
    name_prefixes=("Polar Sense",),
    rates_hz=(208.0, 416.0, 104.0, 52.0, 26.0),
    acc_ranges_g=(16.0, 8.0, 4.0, 2.0),
    gyr_ranges_dps=(2000.0, 1000.0, 500.0, 250.0),
    clock="device",
    clock_wrap_ns=None,
    clock_step_ns=1,
    seq_wrap=None,
    index_wrap=None,
    loss="by_time",
    clips="acceleration: samples at the end of its range; turning rate: notices, as it is interpolated",
    battery="standard battery service",
    undo="both streams and SDK mode are stopped: the sensor measures on otherwise",
    evidence="layout from the maker's description and test frames; no sensor has been met, so compare the"
    " first recording with the maker's app. High rates of both streams may be more than the air carries.",
)
"""What is known of every Verity Sense with firmware 1.1.5 or newer."""

_NS_PER_S = 1e9
_LAST_CODE = 2**15 - 1
_NEARLY = 0.8
"""Ranges are rounded for people: the codes of a part with 2000 deg/s may reach 2294."""

_LONGEST_PARAMETERS = 1024
_LATE_NS = 10e9
"""A stamp up to this much in the past is a frame that comes late or again; beyond, the clock was set."""

_SLACK_SAMPLES = 0.5
_SLACK_PART = 0.05
"""A frame follows the last one without a loss if its stamp is this close to where it should be."""


@dataclass(slots=True)
class _Stream:
    """What is known of one of the two streams in this connection."""

    asked: dict[int, tuple[float, ...]] = field(default_factory=dict)
    parameters: bytes = b""
    factor: float | None = None
    frame: polar.Frame | None = None
    stamp_ns: int | None = None

    @property
    def period_ns(self) -> float:
        return _NS_PER_S / self.asked[polar.RATE][0]

    @property
    def scale(self) -> float:
        if self.frame is None or self.factor is None:
            raise CodecError("Polar frame before its scale is known.")
        return self.frame.unit * (self.factor if self.frame.needs_factor else 1.0)

    @property
    def range(self) -> float | None:
        values = self.asked.get(polar.RANGE)
        return values[0] if values else None

    @property
    def clip(self) -> float | None:
        """Number at which samples clip: the last 16-bit code, or the end of the range if far below that."""
        if self.range is None or self.frame is None:
            return None
        end = self.range / self.scale
        whole = self.frame.samples.dtype == np.int16
        return float(_LAST_CODE) if whole and end >= _NEARLY * _LAST_CODE else math.floor(end)


class PolarDriver:
    """One Verity Sense of one recording.

    Samples come out once the factors of both start answers were heard. Acceleration is as sent; turning rate
    is interpolated onto its times. Samples before the other stream has begun, or beside a loss in it, are
    counted in notices ``lone_acc`` and ``lone_gyr``. A jump of the stamps beyond 5 % and half a sample is
    ``time_gap`` with the number of samples lost; a smaller loss is spread over the frame that follows it. A
    frame heard before is ``repeated``, with its samples; a clock set back is ``clock_jump``.
    """

    def __init__(self, wish: Wish = Wish()) -> None:  # noqa: B008 - frozen
        self._wish = wish
        self._segment = -1
        self._forget()

    def _forget(self) -> None:
        self._streams = {polar.ACC: _Stream(), polar.GYRO: _Stream()}
        self._join: TimedJoin | None = None
        self._facts: SensorFacts | None = None

    @property
    def traits(self) -> SensorTraits:
        """What is known of this kind."""
        return TRAITS

    @property
    def keep_alive_s(self) -> float | None:
        """The battery is read once a minute."""
        return 60.0

    def start(self) -> Script:
        """Enter SDK mode and start both streams; see `polar_steps.start`."""
        return start(self._wish, TRAITS)

    def keep_alive(self) -> Script:
        """Read the battery."""
        return keep_alive()

    def stop(self) -> Script:
        """Stop both streams and leave SDK mode."""
        return stop()

    def feed(self, packet: Packet) -> Sequence[Heard]:
        """Understand one packet; nothing is raised."""
        if packet.segment != self._segment:
            self._segment = packet.segment
            self._forget()
        try:
            match packet.channel:
                case Channel.SENT:
                    return self._hear_command(packet.payload)
                case Channel.CONTROL:
                    return self._hear_answer(packet)
                case Channel.DATA:
                    return self._hear_frame(packet)
                case _:
                    return hear_standard(packet)
        except CodecError as error:
            return (BadPacket(packet.host_mono_ns, packet.segment, error.message),)

    def _hear_command(self, payload: bytes) -> Sequence[Heard]:
        kind = payload[1] if len(payload) > 1 and payload[0] == polar.START else None
        if kind in self._streams:
            asked = polar.decode_settings(payload[2:])
            if asked.get(polar.RATE, (0.0,))[0] <= 0.0:
                raise CodecError(f"Polar start command {payload.hex(' ')} without a rate.")
            self._streams[kind] = _Stream(asked)
            self._join = self._facts = None
        return ()

    def _hear_answer(self, packet: Packet) -> Sequence[Heard]:
        if packet.payload[:1] == bytes((polar.STOPPED_BY_SENSOR,)):
            return (Notice(packet.host_mono_ns, packet.segment, "stream_stopped", len(packet.payload) - 1),)
        answer = polar.decode_answer(packet.payload)
        stream = self._streams.get(answer.kind)
        if answer.op != polar.START or answer.error or stream is None:
            return ()
        parameters, stream.parameters = stream.parameters + answer.parameters, b""
        if answer.more and len(parameters) <= _LONGEST_PARAMETERS:
            stream.parameters = parameters
            return ()
        factor = polar.decode_settings(parameters).get(polar.FACTOR, (math.nan,))[0]
        if not 0.0 < factor < math.inf:
            raise CodecError(f"Polar start answer {packet.payload.hex(' ')} without a usable factor.")
        stream.factor = factor
        return ()

    def _hear_frame(self, packet: Packet) -> Sequence[Heard]:
        frame = polar.decode_frame(packet.payload)
        stream = self._streams[frame.kind]
        if stream.factor is None or not stream.asked:
            raise CodecError("Polar frame before the answer to its start: its scale is not known.")
        if stream.frame and (stream.frame.unit, stream.frame.samples.dtype) != (
            frame.unit,
            frame.samples.dtype,
        ):
            raise CodecError("Polar frame of another type than those before it.")
        stream.frame = stream.frame or frame
        late_ns = (stream.stamp_ns or 0) - frame.stamp_ns
        if stream.stamp_ns is not None and 0 <= late_ns < _LATE_NS:
            return (Notice(packet.host_mono_ns, packet.segment, "repeated", len(frame.samples)),)
        heard = self._learn_facts()
        times_ns, notice = self._times(stream, frame)
        notices = [notice, ("gyr_clipped", _clipped_gyr(stream, frame))]
        joined = self._joined(frame, times_ns)
        notices += [("lone_acc", joined.lone_acc), ("lone_gyr", joined.lone_gyr)]
        at, segment = packet.host_mono_ns, packet.segment
        return (
            *heard,
            *(Notice(at, segment, code, count) for code, count in notices if count),
            *(Samples(at, segment, p.acc, p.gyr, device_ns=p.time_ns) for p in joined.pieces),
        )

    def _joined(self, frame: polar.Frame, times_ns: npt.NDArray[np.int64]) -> Joined:
        acc, gyr = self._streams[polar.ACC], self._streams[polar.GYRO]
        is_acc = frame.kind == polar.ACC
        if not acc.asked or not gyr.asked:
            return Joined((), len(times_ns) * is_acc, len(times_ns) * (not is_acc))
        if self._join is None:
            self._join = TimedJoin(acc.period_ns, gyr.period_ns)
        return self._join.add("acc" if is_acc else "gyr", times_ns, frame.samples)

    def _times(self, stream: _Stream, frame: polar.Frame) -> tuple[npt.NDArray[np.int64], tuple[str, int]]:
        """Return the time of each sample, and how many are missing before them."""
        count, period_ns, last = len(frame.samples), stream.period_ns, stream.stamp_ns
        stream.stamp_ns = frame.stamp_ns
        notice = ("time_gap", 0)
        if last is not None:
            step = (frame.stamp_ns - last) / period_ns
            if abs(step - count) <= _SLACK_SAMPLES + _SLACK_PART * count:
                period_ns = (frame.stamp_ns - last) / count
            elif step > count:
                notice = ("time_gap", max(1, round(step) - count))
            elif step < 0:
                notice = ("clock_jump", 1)
                self._begin_anew(stream)
            else:
                period_ns = (frame.stamp_ns - last) / count
                notice = ("time_crowded", 1)
        back = np.arange(count - 1, -1, -1, dtype=np.float64) * period_ns
        return frame.stamp_ns - np.rint(back).astype(np.int64), notice

    def _begin_anew(self, stream: _Stream) -> None:
        self._join = None
        for other in self._streams.values():
            if other is not stream:
                other.stamp_ns = None

    def _learn_facts(self) -> list[Heard]:
        acc, gyr = self._streams[polar.ACC], self._streams[polar.GYRO]
        if self._facts is not None or acc.frame is None or gyr.frame is None:
            return []
        self._facts = SensorFacts(
            rate_hz=acc.asked[polar.RATE][0],
            acc_scale_g=acc.scale,
            gyr_scale_dps=gyr.scale,
            acc_range_g=acc.range,
            gyr_range_dps=gyr.range,
            acc_clip=acc.clip,
            gyr_clip=None,
        )
        return [self._facts]


def _clipped_gyr(stream: _Stream, frame: polar.Frame) -> int:
    if frame.kind != polar.GYRO or stream.clip is None:
        return 0
    return int((np.abs(frame.samples.astype(np.float64)) >= stream.clip).any(axis=1).sum())
