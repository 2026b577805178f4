"""Recordings for the tests of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pfp_sensors.model.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Callable

ACC_SCALE_G = 16 / 32768
GYR_SCALE_DPS = 2000 / 32768


@pytest.fixture
def made_recording() -> Callable[..., Recording]:
    """Return a maker of recordings whose samples are whole counts."""

    def make(n: int = 2000, *, gyroscope: bool = True, seed: int = 0, **changes: Any) -> Recording:
        rng = np.random.default_rng(seed)
        acc = rng.integers(-32768, 32768, (n, 3)).astype(np.float32) * np.float32(ACC_SCALE_G)
        gyr = rng.integers(-32768, 32768, (n, 3)).astype(np.float32) * np.float32(GYR_SCALE_DPS)
        time_s = np.rint(np.arange(n) / 208.0 * 1e6) / 1e6
        values: dict[str, Any] = {
            "time_s": time_s,
            "acc_g": acc,
            "gyr_dps": gyr if gyroscope else None,
            "rate_hz": 208.0,
            "nominal_rate_hz": 208.0,
        }
        return Recording(**{**values, **changes})

    return make
