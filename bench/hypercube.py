"""A Latin hypercube: many factors varied at once, each over its whole range, with few cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pfp_sensors.model.recording import FloatArray


def latin_hypercube(n_cells: int, n_factors: int, seed: int) -> FloatArray:
    """Return (n_cells, n_factors) numbers in [0, 1): in each column one in each n-th part."""
    rng = np.random.default_rng(seed)
    ranks = np.stack([rng.permutation(n_cells) for _ in range(n_factors)], axis=1)
    return np.asarray((ranks + rng.random((n_cells, n_factors))) / n_cells)


def cells_of_levels(factors: Mapping[str, Sequence[Any]], n_cells: int, seed: int) -> list[dict[str, Any]]:
    """Give each cell one level of every factor; a level listed twice comes twice as often.

    Raises
    ------
    ValueError
        If there are too few cells for every level of every factor.
    """
    positions = latin_hypercube(n_cells, len(factors), seed)
    cells = [
        {name: levels[int(u * len(levels))] for (name, levels), u in zip(factors.items(), row, strict=True)}
        for row in positions
    ]
    for name, levels in factors.items():
        missing = set(levels) - {cell[name] for cell in cells}
        if missing:
            raise ValueError(f"{n_cells} cells leave out the levels {missing} of {name}")
    return cells
