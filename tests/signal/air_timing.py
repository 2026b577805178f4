"""Simulated arrivals and clock echoes over a Bluetooth link: timing only, no radio; all data synthetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pfp_sensors.model.recording import FloatArray, IntArray

RATE_HZ = 200.0


def to_ns(time_s: FloatArray) -> IntArray:
    """Seconds to whole ns."""
    return np.rint(time_s * 1e9).astype(np.int64)


@dataclass(frozen=True)
class Air:
    """One run: device times of packets, their arrivals, and the four stamps of echoes; all in ns."""

    device_ns: IntArray
    arrival_ns: IntArray
    echo_sent_ns: IntArray
    echo_received_ns: IntArray
    echo_answered_ns: IntArray
    echo_back_ns: IntArray
    zero_s: float
    drift_ppm: float

    def true_host_ns(self, device_ns: IntArray) -> FloatArray:
        """Where a device time truly lies on the host's clock."""
        return (device_ns - self.zero_s * 1e9) / (1 - self.drift_ppm * 1e-6)


def simulate_air(
    seed: int,
    interval_s: float,
    packet_samples: int,
    drift_ppm: float,
    duration_s: float = 1800.0,
    stalls: int = 3,
    retry_share: float = 0.05,
) -> Air:
    """Let packets and echoes wait for connection events, some of which fail, and for stalls.

    ``drift_ppm`` is positive where the host finds longer spans than the device, which then runs slow.
    """
    rng = np.random.default_rng(seed)
    zero_s, slowness = rng.uniform(0.0, 1e3), 1 - drift_ppm * 1e-6
    period_s = packet_samples / RATE_HZ
    device_s = zero_s + np.arange(1, int(duration_s / period_s)) * period_s
    phase_s = rng.uniform(0, interval_s)
    stall_s = np.sort(rng.uniform(0, duration_s, stalls))
    stall_end_s = stall_s + rng.uniform(0.5, 5.0, stalls)

    def send(time_s: FloatArray) -> FloatArray:
        for start_s, end_s in zip(stall_s, stall_end_s, strict=True):
            time_s = np.where((time_s >= start_s) & (time_s < end_s), end_s, time_s)
        event = np.ceil((time_s - phase_s) / interval_s) + rng.geometric(1 - retry_share, len(time_s)) - 1
        return phase_s + event * interval_s

    ready_s = (device_s - zero_s) / slowness + rng.uniform(0, 1e-3, len(device_s))
    arrival_s = np.maximum.accumulate(send(ready_s))
    sent_s = np.cumsum(rng.uniform(0.5, 1.5, int(duration_s)))
    sent_s = sent_s[sent_s < duration_s]
    received_s = send(sent_s)
    answered_s = received_s + rng.uniform(1e-4, 4e-4, len(sent_s))
    return Air(
        device_ns=to_ns(device_s),
        arrival_ns=to_ns(arrival_s),
        echo_sent_ns=to_ns(sent_s),
        echo_received_ns=to_ns(received_s * slowness + zero_s),
        echo_answered_ns=to_ns(answered_s * slowness + zero_s),
        echo_back_ns=to_ns(send(answered_s)),
        zero_s=zero_s,
        drift_ppm=drift_ppm,
    )
