"""The grid of simulated runners: a Latin hypercube with every level of every factor in it."""

from __future__ import annotations

import numpy as np
import pytest

from bench.cells import FACTORS, simulated
from bench.grid import CELLS, LONG_CELLS, SEED, run_grid, summed_up
from bench.hypercube import cells_of_levels, latin_hypercube
from bench.tables import as_text
from pfp_sensors.settings import load_signal_settings


def test_each_column_has_one_point_in_each_part():
    points = latin_hypercube(50, 4, seed=3)
    for column in points.T:
        assert sorted((column * 50).astype(int)) == list(range(50))


def test_the_same_seed_gives_the_same_points():
    assert np.array_equal(latin_hypercube(20, 3, 1), latin_hypercube(20, 3, 1))
    assert not np.array_equal(latin_hypercube(20, 3, 1), latin_hypercube(20, 3, 2))


@pytest.mark.parametrize("n_cells", [CELLS, LONG_CELLS])
def test_every_level_of_every_factor_comes_about_equally_often(n_cells):
    cells = cells_of_levels(FACTORS, n_cells, SEED)
    assert len(cells) == n_cells
    for name, levels in FACTORS.items():
        found = [cell[name] for cell in cells]
        for level in set(levels):
            expected = n_cells * levels.count(level) / len(levels)
            assert abs(found.count(level) - expected) <= levels.count(level) + 1, (name, level)


def test_the_grid_is_as_large_as_promised():
    assert CELLS >= 300
    assert LONG_CELLS >= 1000


def test_too_few_cells_are_refused():
    with pytest.raises(ValueError, match="leave out"):
        cells_of_levels(FACTORS, 4, SEED)


def test_every_cell_can_be_simulated():
    for k, cell in enumerate(cells_of_levels(FACTORS, LONG_CELLS, SEED)):
        runner, sensor = simulated(cell | {"seed": SEED + k})
        assert runner.total_s > 40.0
        assert sensor.rate_hz == cell["rate Hz"]


def test_tables_of_a_part_of_the_grid_have_dashes_where_nothing_was_measured():
    """One cell at 25 Hz: no contacts, no peaks, no lengths; targets that need them are not met."""
    levels = {name: values[0] for name, values in FACTORS.items()} | {"seed": 1}
    from bench.cells import run_cell

    section = summed_up([run_cell(levels, load_signal_settings())])
    text = as_text(section)
    assert "nan" not in text
    assert not next(t for t in section.targets if t.what.startswith("F1, clean")).met


def test_the_grid_needs_enough_cells():
    with pytest.raises(ValueError, match="leave out"):
        run_grid(load_signal_settings(), 3)
