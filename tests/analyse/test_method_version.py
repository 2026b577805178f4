"""The figures of the shipped recordings belong to one version of the method.

Skipping what is done in a cohort, and naming old runs in a diary, rest on `METHOD_VERSION`: whoever changes
a figure must raise it. Then write the new ones: ``PYTHONPATH=. python tests/analyse/test_method_version.py``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pfp_sensors.analyse import METHOD_VERSION, analyse_file
from pfp_sensors.formats.read import read_recording_file
from pfp_sensors.settings import load_signal_settings, parameters_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pfp_sensors.model.analysis import LegAnalysis

FIGURES = Path(__file__).with_name("method_figures.json")
RECORDINGS = Path(__file__).parents[2] / "recordings"
RTOL = 1e-5  # without AVX2 and FMA, or AVX-512, figures differ by up to 2e-7: peaks are low-passed in float32


def figures_now() -> dict[str, Any]:
    settings = load_signal_settings()
    found: dict[str, Any] = {"method": METHOD_VERSION, "parameters_sha256": parameters_sha256(settings)}
    for folder in sorted(path for path in RECORDINGS.iterdir() if path.is_dir()):
        for leg in analyse_file(read_recording_file(folder), settings).legs:
            found[f"{folder.name}, {leg.summary.recording.side}"] = dict(figures_of(leg))
    return found


def figures_of(leg: LegAnalysis) -> Iterator[tuple[str, float]]:
    """Give every number of the summary, and count and sum of each column of the strides."""
    yield from numbers("summary", asdict(leg.summary))
    for field in fields(leg.strides):
        values = np.asarray(getattr(leg.strides, field.name))
        if values.dtype.kind in "fiub":
            known = values[np.isfinite(values)].astype(np.float64)
            yield f"strides.{field.name}.known", float(known.size)
            yield f"strides.{field.name}.sum", float(known.sum())


def numbers(name: str, value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(f"{name}.{key}", inner)
    elif isinstance(value, (list, tuple)):
        for k, inner in enumerate(value):
            yield from numbers(f"{name}.{k}", inner)
    elif isinstance(value, (int, float)) and np.isfinite(value):
        yield name, float(value)


def test_figures_change_only_with_the_version_of_the_method() -> None:
    then, now = json.loads(FIGURES.read_text(encoding="utf-8")), figures_now()
    assert now["method"] == then["method"], "write the figures of the new method (see the top of this file)"
    assert now["parameters_sha256"] == then["parameters_sha256"], (
        "the shipped settings were changed: they are told apart by their hash; write the figures anew"
    )
    assert now.keys() == then.keys()
    changed = []
    for leg in now.keys() - {"method", "parameters_sha256"}:
        assert now[leg].keys() == then[leg].keys()
        changed += [
            f"{leg}: {name} {then[leg][name]!r} -> {value!r}"
            for name, value in now[leg].items()
            if not np.isclose(value, then[leg][name], rtol=RTOL, atol=1e-9)
        ]
    assert not changed, "raise METHOD_VERSION (analyse/file.py), then write the figures:\n" + "\n".join(
        changed
    )


if __name__ == "__main__":
    FIGURES.write_text(json.dumps(figures_now(), indent=1) + "\n", encoding="utf-8")
