"""Tables for the tests of the formats: a sensor that rests, then moves like a running shank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

RATE_HZ = 100.0


@pytest.fixture
def made_columns() -> Callable[..., dict[str, np.ndarray]]:
    """Return a maker of columns ``time_s, acc_x_g ... gyr_z_dps``; ``still`` gives it a phase of rest."""

    def make(
        n: int = 2000, *, still: bool = True, gyroscope: bool = True, seed: int = 0
    ) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        time_s = np.arange(n) / RATE_HZ
        moving = (time_s > 6.0) if still else np.ones(n, np.bool_)
        phase = 2 * np.pi * 1.4 * time_s[:, None]
        acc = np.array([0.1, 0.99, 0.1]) + moving[:, None] * (
            np.sin(phase + np.arange(3)) + 3 * np.exp(-(((time_s[:, None] * 1.4) % 1 - 0.5) ** 2) / 0.001)
        )
        gyr = moving[:, None] * 350 * np.sin(phase + np.arange(3))
        acc = acc + rng.normal(0, 0.005, (n, 3))
        gyr = gyr + rng.normal(0, 0.5, (n, 3))
        columns = {"time_s": time_s}
        columns |= {f"acc_{axis}_g": acc[:, k] for k, axis in enumerate("xyz")}
        if gyroscope:
            columns |= {f"gyr_{axis}_dps": gyr[:, k] for k, axis in enumerate("xyz")}
        return columns

    return make


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of columns as CSV; gives the path."""

    def write(
        columns: Mapping[str, Any], name: str = "run.csv", delimiter: str = ",", end: str = "\n"
    ) -> Path:
        rows = zip(*(np.asarray(values).tolist() for values in columns.values()), strict=True)
        lines = [delimiter.join(columns), *(delimiter.join(map(str, row)) for row in rows)]
        path = tmp_path / name
        path.write_bytes((end.join(lines) + end).encode())
        return path

    return write
